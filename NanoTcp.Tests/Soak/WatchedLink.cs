using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Link;
using NanoTcp.Primitives;

namespace NanoTcp.Tests.Soak;

/// <summary>
/// Passes everything on to the driver, counts the SPI operations of each call, so that no wait goes unbounded, and sees the
/// frames of a multicast group that come through.
/// </summary>
internal sealed class WatchedLink(Enc28j60Driver driver, Enc28j60Chip chip, long group) : ILinkDevice
{
    /// <summary>Most operations that one call has taken.</summary>
    internal long MostOperations { get; private set; }

    /// <summary>Frames to the group that were received.</summary>
    internal long GroupFrames { get; private set; }

    public int Headroom => driver.Headroom;

    public int Tailroom => driver.Tailroom;

    public int Mtu => driver.Mtu;

    public long MacAddress => driver.MacAddress;

    public LinkStatus Status => driver.Status;

    public CounterSet Counters => driver.Counters;

    public bool CanSend => driver.CanSend;

    public int Poll(long now)
    {
        long before = chip.Statistics.Operations;
        int wait = driver.Poll(now);
        Note(before);
        return wait;
    }

    public int Receive(byte[] buffer, int offset, int capacity)
    {
        long before = chip.Statistics.Operations;
        int length = driver.Receive(buffer, offset, capacity);
        Note(before);
        if (length != 0 && buffer[offset] == (byte)(group >> 40) && buffer[offset + 5] == (byte)group)
        {
            GroupFrames++;
        }

        return length;
    }

    public bool Send(byte[] buffer, int offset, int length)
    {
        long before = chip.Statistics.Operations;
        bool taken = driver.Send(buffer, offset, length);
        Note(before);
        return taken;
    }

    private void Note(long before)
    {
        MostOperations = long.Max(MostOperations, chip.Statistics.Operations - before);
    }
}
