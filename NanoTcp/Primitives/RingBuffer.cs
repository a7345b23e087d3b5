using System;

namespace NanoTcp.Primitives;

/// <summary>
/// A ring of octets addressed by distance from its oldest octet. It holds the only copy of what waits in it: octets
/// may be placed beyond <see cref="Count"/> (of a segment that arrived out of order) and become part of it when the hole is filled.
/// </summary>
internal sealed class RingBuffer
{
    /// <summary>Octets from the oldest one on that are there without a hole.</summary>
    internal int Count;

    private readonly byte[] _data;
    private int _start;

    internal RingBuffer(int capacity)
    {
        _data = new byte[capacity];
    }

    internal int Capacity
    {
        get { return _data.Length; }
    }

    internal int Free
    {
        get { return _data.Length - Count; }
    }

    /// <summary>Puts octets at <paramref name="position"/> from the oldest one; <see cref="Count"/> stays.</summary>
    internal void Place(int position, byte[] source, int offset, int length)
    {
        int index = _start + position;
        if (index >= _data.Length)
        {
            index -= _data.Length;
        }

        int first = _data.Length - index;
        if (first >= length)
        {
            Array.Copy(source, offset, _data, index, length);
        }
        else
        {
            Array.Copy(source, offset, _data, index, first);
            Array.Copy(source, offset + first, _data, 0, length - first);
        }
    }

    /// <summary>Copies octets from <paramref name="position"/> on out; they stay in the ring.</summary>
    internal void CopyTo(int position, byte[] target, int offset, int length)
    {
        int index = _start + position;
        if (index >= _data.Length)
        {
            index -= _data.Length;
        }

        int first = _data.Length - index;
        if (first >= length)
        {
            Array.Copy(_data, index, target, offset, length);
        }
        else
        {
            Array.Copy(_data, index, target, offset, first);
            Array.Copy(_data, 0, target, offset + first, length - first);
        }
    }

    /// <summary>Forgets the oldest <paramref name="length"/> octets.</summary>
    internal void Discard(int length)
    {
        int index = _start + length;
        _start = index >= _data.Length ? index - _data.Length : index;
        Count -= length;
    }

    internal void Clear()
    {
        _start = 0;
        Count = 0;
    }
}
