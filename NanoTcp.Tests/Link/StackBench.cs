using System;
using System.Collections.Generic;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Link;

/// <summary>A frame that the stack has sent, and when.</summary>
internal readonly record struct SentFrame(long Time, byte[] Octets);

/// <summary>
/// The real stack on a link whose other end is the test. Time passes only to the moments that the stack itself has
/// named, so a deadline that it forgets to name is a failure.
/// </summary>
internal sealed class StackBench
{
    internal const long OwnMac = 0x020000000002;
    internal const uint OwnAddress = 0x0A000002;
    internal const long PeerMac = 0x020000000001;
    internal const uint PeerAddress = 0x0A000001;
    internal const uint Subnet = 0x0A000000;

    private const int MostPolls = 10_000;
    private int _wait;

    internal StackBench(long start, bool answersArp, Action<NetworkStackOptions>? configure = null)
    {
        AnswersArp = answersArp;
        NetworkStackOptions options = new() { Address = OwnAddress, Random = new ConstantRandom() };
        configure?.Invoke(options);
        Start = start;
        Now = start;
        Stack = new NetworkStack(Link, options);
    }

    internal NetworkStack Stack { get; }

    internal FrameLink Link { get; } = new();

    /// <summary>Where the stack's clock began.</summary>
    internal long Start { get; }

    /// <summary>The stack's clock.</summary>
    internal long Now { get; private set; }

    /// <summary>Frames sent by the stack and not looked at yet.</summary>
    internal Queue<SentFrame> Sent { get; } = new();

    /// <summary>Octets that the stack has allocated since it was built.</summary>
    internal long Allocated { get; private set; }

    /// <summary>True when every ARP request for an address of the subnet is answered, and ARP is kept out of <see cref="Sent"/>.</summary>
    internal bool AnswersArp { get; set; }

    /// <summary>True to keep IGMP out of <see cref="Sent"/>.</summary>
    internal bool HidesIgmp { get; set; }

    /// <summary>From this address on, nobody answers.</summary>
    internal uint FirstSilent { get; set; } = uint.MaxValue;

    internal static long MacOf(uint address) => PeerMac - 1 + (address - Subnet);

    /// <summary>Lets the stack work until it says that it may be left alone.</summary>
    internal void Poll()
    {
        for (int i = 0; i < MostPolls; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            _wait = Stack.Poll(Now);
            Allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            Wakefulness.Check(Stack);
            bool answered = TakeSent();
            if (_wait != 0 && !answered)
            {
                return;
            }
        }

        Assert.Fail($"The stack wants to be polled again at once, {MostPolls} times without time passing.");
    }

    /// <summary>One call only, after which the user has its turn, as in a loop of both; then the stack works.</summary>
    internal void Turn(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        _wait = Stack.Poll(Now);
        Allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        Wakefulness.Check(Stack);
        TakeSent();
        Do(action);
    }

    /// <summary>Lets time pass to <paramref name="time"/> of the stack's clock.</summary>
    internal void AdvanceTo(long time)
    {
        while (Now < time)
        {
            Now = Math.Min(time, Now + _wait);
            Poll();
        }
    }

    /// <summary>Lets time pass until the stack sends something, or to <paramref name="time"/>.</summary>
    internal void AdvanceUntilSent(long time)
    {
        while (Now < time && Sent.Count == 0)
        {
            Now = Math.Min(time, Now + _wait);
            Poll();
        }
    }

    /// <summary>Does something with the stack, counts what it allocates, and lets the stack work.</summary>
    internal void Do(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        Allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        Poll();
    }

    internal void Deliver(byte[] frame)
    {
        Link.Deliver(frame);
        Poll();
    }

    internal long Count(int counter) => Stack.Counters.GetValue(counter);

    /// <summary>Every connection, handshake and farewell is back in its pool, and nothing was allocated on the way.</summary>
    internal void AssertBalanced()
    {
        Assert.AreEqual(Stack.ConnectionCapacity, Stack.FreeConnections, "connections leaked");
        Assert.AreEqual(0, Stack.HalfOpenCount, "half-open connections leaked");
        Assert.AreEqual(0, Stack.TimeWaitCount, "TIME-WAIT records leaked");
        Assert.AreEqual(0, Allocated, "octets allocated by the stack after it was built");
    }

    private bool TakeSent()
    {
        bool answered = false;
        byte[]? frame;
        while ((frame = Link.Take()) != null)
        {
            if (HidesIgmp && Frames.Get16(frame, 12) == Frames.TypeIpv4 && frame[14 + 9] == Frames.Igmp)
            {
                continue;
            }

            if (!AnswersArp || Frames.Get16(frame, 12) != Frames.TypeArp)
            {
                Sent.Enqueue(new SentFrame(Now, frame));
                continue;
            }

            uint target = Frames.Get32(frame, 14 + 24);
            if (Frames.Get16(frame, 14 + 6) == Frames.ArpRequest && target != OwnAddress && target < FirstSilent)
            {
                Link.Deliver(Frames.Ethernet(
                    OwnMac, MacOf(target), Frames.TypeArp, Frames.Arp(Frames.ArpReply, MacOf(target), target, OwnMac, OwnAddress)));
                answered = true;
            }
        }

        return answered;
    }
}
