#nullable disable
using NanoTcp.Emulation;
using NanoTcp.Link;
using NanoTcp.Primitives;

namespace NanoTcp.Tests.OnDevice;

/// <summary>One end of a cable between two: a stack's link, or what the jack of an emulated chip is plugged into.</summary>
internal sealed class CableEnd : ILinkDevice, IEthernetPort
{
    private const int SmallestFrame = 60;

    private readonly FrameQueue _incoming;
    private readonly FrameQueue _outgoing;
    private readonly byte[] _padded = new byte[SmallestFrame];
    private readonly CounterSet _counters = new CounterSet("");
    private readonly long _macAddress;

    internal CableEnd(FrameQueue incoming, FrameQueue outgoing, long macAddress)
    {
        _incoming = incoming;
        _outgoing = outgoing;
        _macAddress = macAddress;
    }

    public bool LinkUp
    {
        get { return true; }
    }

    public int Headroom
    {
        get { return 0; }
    }

    public int Tailroom
    {
        get { return 0; }
    }

    public int Mtu
    {
        get { return 1500; }
    }

    public long MacAddress
    {
        get { return _macAddress; }
    }

    public LinkStatus Status
    {
        get { return LinkStatus.Up; }
    }

    public CounterSet Counters
    {
        get { return _counters; }
    }

    public bool CanSend
    {
        get { return true; }
    }

    public int Poll(long now)
    {
        return int.MaxValue;
    }

    public int Receive(byte[] buffer, int offset, int capacity)
    {
        return _incoming.Take(buffer, offset, capacity);
    }

    bool ILinkDevice.Send(byte[] buffer, int offset, int length)
    {
        if (length >= SmallestFrame)
        {
            _outgoing.Add(buffer, offset, length);
            return true;
        }

        System.Array.Clear(_padded, 0, SmallestFrame);
        System.Array.Copy(buffer, offset, _padded, 0, length);
        _outgoing.Add(_padded, 0, SmallestFrame);
        return true;
    }

    void IEthernetPort.Send(byte[] buffer, int offset, int length)
    {
        _outgoing.Add(buffer, offset, length);
    }
}
