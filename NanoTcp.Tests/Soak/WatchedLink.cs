using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Tests.Link;

namespace NanoTcp.Tests.Soak;

/// <summary>
/// Passes everything on to the driver, counts the SPI operations of each call, so that no wait goes unbounded, and sees the
/// frames of a multicast group that come through.
/// </summary>
internal sealed class WatchedLink(Enc28j60Driver driver, Enc28j60Chip chip, long group) : PassingLink(driver)
{
    /// <summary>Most operations that one call has taken.</summary>
    internal long MostOperations { get; private set; }

    /// <summary>Frames to the group that were received.</summary>
    internal long GroupFrames { get; private set; }

    public override int Poll(long now)
    {
        long before = chip.Statistics.Operations;
        int wait = base.Poll(now);
        Note(before);
        return wait;
    }

    public override int Receive(byte[] buffer, int offset, int capacity)
    {
        long before = chip.Statistics.Operations;
        int length = base.Receive(buffer, offset, capacity);
        Note(before);
        if (length != 0 && buffer[offset] == (byte)(group >> 40) && buffer[offset + 5] == (byte)group)
        {
            GroupFrames++;
        }

        return length;
    }

    public override bool Send(byte[] buffer, int offset, int length)
    {
        long before = chip.Statistics.Operations;
        bool taken = base.Send(buffer, offset, length);
        Note(before);
        return taken;
    }

    private void Note(long before)
    {
        MostOperations = long.Max(MostOperations, chip.Statistics.Operations - before);
    }
}
