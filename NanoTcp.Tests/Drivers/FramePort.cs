using System;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Drivers;

/// <summary>The other end of the chip's cable: a row of frames to come and the frames that arrived, without allocating.</summary>
internal sealed class FramePort : IEthernetPort
{
    internal const int Capacity = 300;
    private const int MaximumFrame = 2000;

    private readonly byte[][] _coming = NewFrames();
    private readonly int[] _comingLengths = new int[Capacity];
    private readonly byte[][] _arrived = NewFrames();
    private readonly int[] _arrivedLengths = new int[Capacity];
    private int _comingHead;
    private int _arrivedHead;

    public bool LinkUp { get; set; } = true;

    internal int Coming { get; private set; }

    internal int Arrived { get; private set; }

    internal void Enqueue(byte[] frame, int length)
    {
        Assert.IsLessThan(Capacity, Coming);
        int slot = (_comingHead + Coming++) % Capacity;
        Array.Copy(frame, _coming[slot], length);
        _comingLengths[slot] = length;
    }

    internal void Enqueue(byte[] frame)
    {
        Enqueue(frame, frame.Length);
    }

    /// <summary>The oldest frame that the chip sent, or an empty one when there is none.</summary>
    internal ReadOnlySpan<byte> TakeArrived()
    {
        if (Arrived == 0)
        {
            return default;
        }

        ReadOnlySpan<byte> frame = _arrived[_arrivedHead].AsSpan(0, _arrivedLengths[_arrivedHead]);
        _arrivedHead = (_arrivedHead + 1) % Capacity;
        Arrived--;
        return frame;
    }

    public int Receive(byte[] buffer, int offset, int capacity)
    {
        if (Coming == 0)
        {
            return 0;
        }

        int length = _comingLengths[_comingHead];
        Assert.IsLessThanOrEqualTo(capacity, length);
        Array.Copy(_coming[_comingHead], 0, buffer, offset, length);
        _comingHead = (_comingHead + 1) % Capacity;
        Coming--;
        return length;
    }

    public void Send(byte[] buffer, int offset, int length)
    {
        Assert.IsLessThan(Capacity, Arrived);
        int slot = (_arrivedHead + Arrived++) % Capacity;

        // A chip that lost its supply may send any length when it is told to; what matters of such a frame is that it is wrong.
        _arrivedLengths[slot] = Math.Min(length, MaximumFrame);
        Array.Copy(buffer, offset, _arrived[slot], 0, _arrivedLengths[slot]);
    }

    private static byte[][] NewFrames()
    {
        byte[][] frames = new byte[Capacity][];
        for (int i = 0; i < Capacity; i++)
        {
            frames[i] = new byte[MaximumFrame];
        }

        return frames;
    }
}
