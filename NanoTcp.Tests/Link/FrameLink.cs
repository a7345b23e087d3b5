using System;
using NanoTcp.Link;
using NanoTcp.Primitives;

namespace NanoTcp.Tests.Link;

/// <summary>A link device whose other end is a test: frames are handed in and taken out as arrays.</summary>
internal sealed class FrameLink : ILinkDevice
{
    private const int Slots = 256;
    private const int FrameLength = 1514;

    private readonly byte[][] _in = MakeSlots();
    private readonly int[] _inLength = new int[Slots];
    private readonly byte[][] _out = MakeSlots();
    private readonly int[] _outLength = new int[Slots];
    private int _inFirst;
    private int _inCount;
    private int _outFirst;
    private int _outCount;

    public int Headroom => 5;

    public int Tailroom => 4;

    public int Mtu => 1500;

    public long MacAddress => StackBench.OwnMac;

    public LinkStatus Status { get; set; } = LinkStatus.Up;

    public CounterSet Counters { get; } = new("");

    /// <summary>True to take no frame from the stack.</summary>
    internal bool Busy { get; set; }

    public bool CanSend => !Busy && _outCount < Slots;

    public int Poll(long now) => int.MaxValue;

    public int Receive(byte[] buffer, int offset, int capacity)
    {
        if (_inCount == 0)
        {
            return 0;
        }

        int length = _inLength[_inFirst];
        if (length > capacity)
        {
            throw new AssertFailedException("the test's frame is longer than the link can carry");
        }

        Array.Copy(_in[_inFirst], 0, buffer, offset, length);

        // What the contract allows: the octets before and behind the frame are overwritten.
        Array.Fill(buffer, (byte)0xEE, offset - Headroom, Headroom);
        Array.Fill(buffer, (byte)0xEE, offset + length, Tailroom);
        _inFirst = (_inFirst + 1) % Slots;
        _inCount--;
        return length;
    }

    public bool Send(byte[] buffer, int offset, int length)
    {
        if (!CanSend)
        {
            return false;
        }

        if (length < 14 || length > FrameLength)
        {
            throw new AssertFailedException("the stack sends a frame of impossible length");
        }

        int slot = (_outFirst + _outCount) % Slots;
        Array.Copy(buffer, offset, _out[slot], 0, length);
        Array.Fill(buffer, (byte)0xEE, offset - Headroom, Headroom);
        _outLength[slot] = length;
        _outCount++;
        return true;
    }

    /// <summary>Hands a frame in.</summary>
    internal void Deliver(byte[] frame)
    {
        Assert.IsLessThan(Slots, _inCount, "too many frames at once");
        int slot = (_inFirst + _inCount) % Slots;
        frame.CopyTo(_in[slot], 0);
        _inLength[slot] = frame.Length;
        _inCount++;
    }

    /// <summary>Takes the oldest frame that the stack has sent; null when there is none.</summary>
    internal byte[]? Take()
    {
        if (_outCount == 0)
        {
            return null;
        }

        byte[] frame = _out[_outFirst].AsSpan(0, _outLength[_outFirst]).ToArray();
        _outFirst = (_outFirst + 1) % Slots;
        _outCount--;
        return frame;
    }

    private static byte[][] MakeSlots()
    {
        byte[][] slots = new byte[Slots][];
        for (int i = 0; i < Slots; i++)
        {
            slots[i] = new byte[FrameLength];
        }

        return slots;
    }
}
