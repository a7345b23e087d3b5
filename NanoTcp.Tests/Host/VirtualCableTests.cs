using System;
using System.Collections.Generic;
using System.Linq;
using NanoTcp.Emulation;
using NanoTcp.Host.Cable;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Host;

[TestClass]
public class VirtualCableTests
{
    private readonly VirtualClock _clock = new(1000);
    private readonly byte[] _buffer = new byte[1600];

    [TestMethod]
    public void A_frame_reaches_every_other_port_and_not_its_sender()
    {
        VirtualCable cable = new(_clock);
        CablePort a = cable.AddPort("a");
        CablePort b = cable.AddPort("b");
        CablePort c = cable.AddPort("c");
        byte[] frame = TestFrames.Make(7, 100);

        a.Send(frame, 0, frame.Length);

        CollectionAssert.AreEqual(frame, Take(b));
        CollectionAssert.AreEqual(frame, Take(c));
        Assert.IsNull(Take(a));
        Assert.IsNull(Take(b));
    }

    [TestMethod]
    public void The_sender_may_reuse_its_buffer_at_once()
    {
        VirtualCable cable = new(_clock);
        CablePort a = cable.AddPort("a");
        CablePort b = cable.AddPort("b");
        byte[] frame = TestFrames.Make(1, 64);
        byte[] shifted = new byte[80];
        frame.CopyTo(shifted, 10);

        a.Send(shifted, 10, 64);
        Array.Clear(shifted);

        CollectionAssert.AreEqual(frame, Take(b));
    }

    [TestMethod]
    public void Link_is_up_only_while_two_ends_are_plugged_in()
    {
        VirtualCable cable = new(_clock);
        CablePort a = cable.AddPort("a");
        Assert.IsFalse(a.LinkUp);
        CablePort b = cable.AddPort("b");
        Assert.IsTrue(a.LinkUp && b.LinkUp);

        a.Send(TestFrames.Make(1, 60), 0, 60);
        b.Unplug();

        Assert.IsFalse(a.LinkUp || b.LinkUp);
        a.Send(TestFrames.Make(2, 60), 0, 60);
        b.Send(TestFrames.Make(3, 60), 0, 60);
        b.Plug();
        Assert.IsTrue(a.LinkUp && b.LinkUp);
        Assert.IsNull(Take(a));
        Assert.IsNull(Take(b), "What was under way when the plug was pulled is gone.");
        Assert.AreEqual(3, b.Counters.GetValue(CablePort.UnpluggedDrops));
    }

    [TestMethod]
    public void A_full_queue_drops_the_newest_and_counts_it()
    {
        VirtualCable cable = new(_clock, queueCapacity: 3);
        CablePort a = cable.AddPort("a");
        CablePort b = cable.AddPort("b");

        for (int i = 0; i < 5; i++)
        {
            a.Send(TestFrames.Make(i, 60), 0, 60);
        }

        CollectionAssert.AreEqual(new[] { 0, 1, 2 }, TakeNumbers(b));
        Assert.AreEqual(2, b.Counters.GetValue(CablePort.QueueDrops));
    }

    [TestMethod]
    public void Frames_of_impossible_length_are_dropped_and_counted()
    {
        VirtualCable cable = new(_clock);
        CablePort a = cable.AddPort("a");
        CablePort b = cable.AddPort("b");

        a.Send(new byte[2000], 0, 13);
        a.Send(new byte[2000], 0, 1601);
        a.Send(TestFrames.Make(1, 1514), 0, 1514);

        Assert.AreEqual(2, a.Counters.GetValue(CablePort.LengthDrops));
        Assert.AreEqual(0, b.Receive(_buffer, 0, 1513), "Too long for the receiver's buffer.");
        Assert.AreEqual(1, b.Counters.GetValue(CablePort.TooLongDrops));
    }

    [TestMethod]
    public void A_delayed_frame_arrives_when_its_time_has_come()
    {
        VirtualCable cable = new(_clock);
        CablePort a = cable.AddPort("a", new Impairments { MinDelay = TimeSpan.FromMilliseconds(3) });
        CablePort b = cable.AddPort("b");
        Assert.AreEqual(-1, b.NanosecondsToNextFrame);

        a.Send(TestFrames.Make(1, 60), 0, 60);

        Assert.AreEqual(3_000_000, b.NanosecondsToNextFrame);
        _clock.Advance(2_999_999);
        Assert.IsNull(Take(b));
        _clock.Advance(1);
        Assert.AreEqual(0, b.NanosecondsToNextFrame);
        Assert.IsNotNull(Take(b));
    }

    [TestMethod]
    public void Jitter_does_not_let_frames_overtake_each_other()
    {
        VirtualCable cable = new(_clock, queueCapacity: 1000);
        CablePort a = cable.AddPort("a", new Impairments { Seed = 5, MaxDelay = TimeSpan.FromMilliseconds(50) });
        CablePort b = cable.AddPort("b");
        for (int i = 0; i < 500; i++)
        {
            a.Send(TestFrames.Make(i, 60), 0, 60);
            _clock.Advance(100_000);
        }

        _clock.Advance(50_000_000);
        CollectionAssert.AreEqual(Enumerable.Range(0, 500).ToArray(), TakeNumbers(b));
    }

    [TestMethod]
    public void Reordered_frames_are_overtaken_and_none_is_lost()
    {
        VirtualCable cable = new(_clock, queueCapacity: 1000);
        CablePort a = cable.AddPort("a", new Impairments { Seed = 1, Reordering = 0.1 });
        CablePort b = cable.AddPort("b");
        for (int i = 0; i < 500; i++)
        {
            a.Send(TestFrames.Make(i, 60), 0, 60);
            _clock.Advance(1_000_000);
        }

        _clock.Advance(10_000_000);
        int[] numbers = TakeNumbers(b);
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 500).ToArray(), numbers);
        int overtaken = Enumerable.Range(1, 499).Count(i => numbers[i] < numbers[i - 1]);
        Assert.IsGreaterThan(20, overtaken);
        Assert.IsGreaterThan(20L, a.Counters.GetValue(CablePort.FramesReordered));
    }

    [TestMethod]
    public void Loss_and_duplication_come_as_often_as_asked_for()
    {
        VirtualCable cable = new(_clock, queueCapacity: 4000);
        CablePort a = cable.AddPort("a", new Impairments { Seed = 3, Loss = 0.1, Duplication = 0.05 });
        CablePort b = cable.AddPort("b");
        for (int i = 0; i < 2000; i++)
        {
            a.Send(TestFrames.Make(i, 60), 0, 60);
        }

        long lost = a.Counters.GetValue(CablePort.FramesLost);
        long doubled = a.Counters.GetValue(CablePort.FramesDuplicated);
        Assert.IsTrue(lost is > 150 and < 250, $"{lost} of 2000 lost");
        Assert.IsTrue(doubled is > 60 and < 120, $"{doubled} of 2000 doubled");
        Assert.HasCount((int)(2000 - lost + doubled), TakeNumbers(b));
    }

    [TestMethod]
    [DataRow(0, 0)]
    [DataRow(1, 3)]
    [DataRow(2, 3)]
    [DataRow(3, 3)]
    public void RFC_3168_marking_turns_ECT_into_CE_and_keeps_the_checksum_right(int ecn, int arrives)
    {
        VirtualCable cable = new(_clock);
        CablePort a = cable.AddPort("a", new Impairments { Seed = 9, Marking = 1 });
        CablePort b = cable.AddPort("b");
        for (int i = 0; i < 300; i++)
        {
            byte[] packet = Frames.Ipv4(0x0A000001, 0x0A000002, Frames.Tcp, new byte[40]);
            packet[1] = (byte)((i << 2) | ecn);
            Frames.Put16(packet, 4, i * 199);
            Frames.FixIpv4(packet, 0);
            byte[] frame = Frames.Ethernet(2, 1, Frames.TypeIpv4, packet);
            a.Send(frame, 0, frame.Length);
            byte[] arrived = Take(b)!;
            Assert.AreEqual((byte)((i << 2) | arrives), arrived[15]);
            Assert.AreEqual(0xFFFF, NaiveChecksum.Sum(arrived, TestFrames.HeaderLength, 20));
        }

        Assert.AreEqual(ecn is 1 or 2 ? 300 : 0, a.Counters.GetValue(CablePort.FramesMarked));
    }

    [TestMethod]
    public void Corruption_flips_one_bit_behind_the_Ethernet_header()
    {
        VirtualCable cable = new(_clock);
        CablePort a = cable.AddPort("a", new Impairments { Seed = 9, Corruption = 1 });
        CablePort b = cable.AddPort("b");
        for (int i = 0; i < 200; i++)
        {
            byte[] frame = TestFrames.Make(i, 60 + i);
            a.Send(frame, 0, frame.Length);
            byte[] arrived = Take(b)!;

            Assert.HasCount(frame.Length, arrived);
            int flipped = frame.Zip(arrived, (x, y) => System.Numerics.BitOperations.PopCount((uint)(x ^ y))).Sum();
            Assert.AreEqual(1, flipped);
            CollectionAssert.AreEqual(frame[..TestFrames.HeaderLength], arrived[..TestFrames.HeaderLength]);
        }
    }

    [TestMethod]
    public void A_corrupted_ARP_frame_is_lost_because_only_the_frame_check_sequence_protects_it()
    {
        VirtualCable cable = new(_clock);
        CablePort a = cable.AddPort("a", new Impairments { Seed = 9, Corruption = 1 });
        CablePort b = cable.AddPort("b");

        a.Send(TestFrames.Make(1, 60, etherType: 0x0806), 0, 60);

        Assert.IsNull(Take(b));
        Assert.AreEqual(1, a.Counters.GetValue(CablePort.FramesCorrupted));
    }

    [TestMethod]
    public void The_same_seed_does_the_same_and_another_seed_something_else()
    {
        CollectionAssert.AreEqual(Trace(42), Trace(42));
        CollectionAssert.AreNotEqual(Trace(42), Trace(43));
    }

    [TestMethod]
    public void Two_ports_with_one_seed_do_not_share_their_dice()
    {
        Impairments half = new() { Seed = 1, Loss = 0.5 };
        VirtualCable cable = new(_clock);
        CablePort a = cable.AddPort("a", half);
        CablePort b = cable.AddPort("b", half);
        for (int i = 0; i < 64; i++)
        {
            a.Send(TestFrames.Make(i, 60), 0, 60);
            b.Send(TestFrames.Make(i, 60), 0, 60);
        }

        CollectionAssert.AreNotEqual(TakeNumbers(a), TakeNumbers(b));
    }

    [TestMethod]
    public void Monitors_see_what_was_sent_before_the_cable_harmed_it()
    {
        VirtualCable cable = new(_clock);
        CablePort a = cable.AddPort("a", new Impairments { Loss = 1 });
        cable.AddPort("b");
        Watcher watcher = new();
        cable.AddMonitor(watcher);

        a.Send(TestFrames.Make(5, 60), 0, 60);

        CollectionAssert.AreEqual(new[] { "1000000000 a 60" }, watcher.Seen);
    }

    [TestMethod]
    public void Impairments_out_of_range_are_refused()
    {
        VirtualCable cable = new(_clock);
        CablePort a = cable.AddPort("a");
        foreach (Impairments bad in new Impairments[]
        {
            new() { Loss = 1.01 }, new() { Loss = double.NaN }, new() { Duplication = -0.1 }, new() { Corruption = 2 },
            new() { CorruptedBits = 0 }, new() { MinDelay = TimeSpan.FromMilliseconds(-1) },
            new() { MinDelay = TimeSpan.FromMilliseconds(2), MaxDelay = TimeSpan.FromMilliseconds(1) },
        })
        {
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => a.Impairments = bad);
        }

        Assert.AreSame(Impairments.None, a.Impairments);
    }

    [TestMethod]
    public void After_warm_up_nothing_is_allocated()
    {
        VirtualCable cable = new(_clock);
        Impairments rough = new()
        {
            Seed = 4,
            Loss = 0.05,
            Duplication = 0.05,
            Corruption = 0.05,
            Reordering = 0.05,
            MaxDelay = TimeSpan.FromMilliseconds(2),
        };
        CablePort[] ports = [cable.AddPort("a", rough), cable.AddPort("b", rough), cable.AddPort("c", rough)];
        byte[] frame = TestFrames.Make(1, 1514);

        // As many frames as the queues hold are under way at once.
        Exchange(ports, frame, 1000);
        foreach (CablePort port in ports)
        {
            for (int i = 0; i < VirtualCable.DefaultQueueCapacity; i++)
            {
                port.Send(frame, 0, frame.Length);
            }
        }

        _clock.Advance(20_000_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Exchange(ports, frame, 20_000);
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private void Exchange(CablePort[] ports, byte[] frame, int rounds)
    {
        for (int round = 0; round < rounds; round++)
        {
            foreach (CablePort port in ports)
            {
                port.Send(frame, 0, frame.Length);
                while (port.Receive(_buffer, 0, _buffer.Length) != 0)
                {
                }
            }

            _clock.Advance(100_000);
        }
    }

    private static List<string> Trace(ulong seed)
    {
        VirtualClock clock = new(0);
        VirtualCable cable = new(clock);
        CablePort a = cable.AddPort("a", new Impairments
        {
            Seed = seed,
            Loss = 0.1,
            Duplication = 0.1,
            Corruption = 0.1,
            Reordering = 0.1,
            MaxDelay = TimeSpan.FromMilliseconds(3),
        });
        CablePort b = cable.AddPort("b");
        byte[] buffer = new byte[1600];
        List<string> trace = [];
        for (int i = 0; i < 300; i++)
        {
            byte[] frame = TestFrames.Make(i, 60 + i);
            a.Send(frame, 0, frame.Length);
            clock.Advance(500_000);
            for (int length = b.Receive(buffer, 0, buffer.Length); length != 0; length = b.Receive(buffer, 0, buffer.Length))
            {
                trace.Add($"{clock.Nanoseconds} {Convert.ToHexString(buffer, 0, length)}");
            }
        }

        return trace;
    }

    private byte[]? Take(CablePort port)
    {
        int length = port.Receive(_buffer, 0, _buffer.Length);
        return length == 0 ? null : _buffer[..length];
    }

    private int[] TakeNumbers(CablePort port)
    {
        List<int> numbers = [];
        for (byte[]? frame = Take(port); frame != null; frame = Take(port))
        {
            numbers.Add(TestFrames.NumberOf(frame));
        }

        return [.. numbers];
    }

    private sealed class Watcher : IFrameMonitor
    {
        internal List<string> Seen { get; } = [];

        public void FrameSent(long nanoseconds, CablePort sender, byte[] buffer, int offset, int length)
        {
            Seen.Add($"{nanoseconds} {sender.Name} {length}");
        }
    }
}
