#nullable disable
using System;

namespace NanoTcp.Tests.OnDevice;

/// <summary>Frames on their way in one direction. What does not find room is lost, as on a cable.</summary>
internal sealed class FrameQueue
{
    private const int Slots = 8;
    private const int SlotSize = 1514;

    private readonly byte[] _frames = new byte[Slots * SlotSize];
    private readonly int[] _lengths = new int[Slots];
    private int _first;
    private int _count;
    private int _sent;

    /// <summary>Of so many frames one is lost; 0 for none.</summary>
    internal int LosesOneIn { get; set; }

    /// <summary>Puts a frame in, a copy of it.</summary>
    internal void Add(byte[] buffer, int offset, int length)
    {
        _sent++;
        if (_count == Slots || (LosesOneIn != 0 && _sent % LosesOneIn == 0))
        {
            return;
        }

        int slot = (_first + _count) % Slots;
        Array.Copy(buffer, offset, _frames, slot * SlotSize, length);
        _lengths[slot] = length;
        _count++;
    }

    /// <summary>Takes the oldest frame out.</summary>
    /// <returns>Its length, 0 when there is none.</returns>
    internal int Take(byte[] buffer, int offset, int capacity)
    {
        if (_count == 0)
        {
            return 0;
        }

        int length = _lengths[_first];
        if (length <= capacity)
        {
            Array.Copy(_frames, _first * SlotSize, buffer, offset, length);
        }

        _first = (_first + 1) % Slots;
        _count--;
        return length <= capacity ? length : 0;
    }
}
