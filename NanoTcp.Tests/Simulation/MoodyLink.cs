using System;
using NanoTcp.Link;
using NanoTcp.Tests.Link;

namespace NanoTcp.Tests.Simulation;

/// <summary>
/// A device that says that it is free and then is not, that is busy when it pleases, and that never says when to come
/// again. It also counts what the device below it allocates, so that the rest is the stack's.
/// </summary>
internal sealed class MoodyLink(ILinkDevice device, Random random) : PassingLink(device)
{
    /// <summary>How often it is busy, and how often it refuses though it said that it was free; 0 to 1.</summary>
    internal double Moodiness { get; set; }

    internal long AllocatedBelow { get; private set; }

    public override bool CanSend => base.CanSend && random.NextDouble() >= Moodiness;

    public override int Receive(byte[] buffer, int offset, int capacity)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        int length = base.Receive(buffer, offset, capacity);
        AllocatedBelow += GC.GetAllocatedBytesForCurrentThread() - before;
        return length;
    }

    public override bool Send(byte[] buffer, int offset, int length)
    {
        if (random.NextDouble() < Moodiness)
        {
            return false;
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        bool taken = base.Send(buffer, offset, length);
        AllocatedBelow += GC.GetAllocatedBytesForCurrentThread() - before;
        return taken;
    }
}
