using System;
using NanoTcp.Link;
using NanoTcp.Primitives;

namespace NanoTcp.Tests.Simulation;

/// <summary>
/// A device that says that it is free and then is not, that is busy when it pleases, and that never says when to come
/// again. It also counts what the device below it allocates, so that the rest is the stack's.
/// </summary>
internal sealed class MoodyLink(ILinkDevice device, Random random) : ILinkDevice
{
    /// <summary>How often it is busy, and how often it refuses though it said that it was free; 0 to 1.</summary>
    internal double Moodiness { get; set; }

    internal long AllocatedBelow { get; private set; }

    public int Headroom => device.Headroom;

    public int Tailroom => device.Tailroom;

    public int Mtu => device.Mtu;

    public long MacAddress => device.MacAddress;

    public LinkStatus Status => device.Status;

    public CounterSet Counters => device.Counters;

    public bool CanSend => device.CanSend && random.NextDouble() >= Moodiness;

    public int Poll(long now) => device.Poll(now);

    public int Receive(byte[] buffer, int offset, int capacity)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        int length = device.Receive(buffer, offset, capacity);
        AllocatedBelow += GC.GetAllocatedBytesForCurrentThread() - before;
        return length;
    }

    public bool Send(byte[] buffer, int offset, int length)
    {
        if (random.NextDouble() < Moodiness)
        {
            return false;
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        bool taken = device.Send(buffer, offset, length);
        AllocatedBelow += GC.GetAllocatedBytesForCurrentThread() - before;
        return taken;
    }
}
