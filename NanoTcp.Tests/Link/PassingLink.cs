using NanoTcp.Link;
using NanoTcp.Primitives;

namespace NanoTcp.Tests.Link;

/// <summary>Passes everything on to the device below it, but for what a test wants to be otherwise.</summary>
internal abstract class PassingLink(ILinkDevice device) : ILinkDevice
{
    public int Headroom => device.Headroom;

    public int Tailroom => device.Tailroom;

    public int Mtu => device.Mtu;

    public long MacAddress => device.MacAddress;

    public LinkStatus Status => device.Status;

    public CounterSet Counters => device.Counters;

    public virtual bool CanSend => device.CanSend;

    public virtual int Poll(long now) => device.Poll(now);

    public virtual int Receive(byte[] buffer, int offset, int capacity) => device.Receive(buffer, offset, capacity);

    public virtual bool Send(byte[] buffer, int offset, int length) => device.Send(buffer, offset, length);
}
