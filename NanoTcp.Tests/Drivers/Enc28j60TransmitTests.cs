using System;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Link;

namespace NanoTcp.Tests.Drivers;

[TestClass]
public sealed class Enc28j60TransmitTests : Enc28j60TestBase
{
    [TestMethod]
    public void Frames_of_every_length_go_out_byte_for_byte()
    {
        DriverBench bench = Started();
        for (int length = 14; length <= 1514; length++)
        {
            byte[] frame = DriverBench.Frame(length, length);
            bench.Send(frame);
            bench.ExpectArrival(frame, 5);
        }

        bench.Run(2);
        Assert.AreEqual(1501, bench.Count(Enc28j60Counters.TxPackets));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.TxRetries));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.TxErrors));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Frames_of_random_length_back_to_back_keep_the_wire_busy(bool fullDuplex)
    {
        DriverBench bench = Started(null, new Enc28j60Options { FullDuplex = fullDuplex });
        int sent = 0;
        int arrived = 0;
        long octets = 0;
        long start = bench.Clock.Nanoseconds;
        byte[] buffer = new byte[DriverBench.Offset + 1514];
        while (arrived < 1000)
        {
            bench.Driver.Poll(bench.Clock.Milliseconds);
            if (bench.Driver.CanSend && sent < 1000)
            {
                byte[] frame = DriverBench.Frame(LengthOf(sent), sent);
                frame.CopyTo(buffer, DriverBench.Offset);
                Assert.IsTrue(bench.Driver.Send(buffer, DriverBench.Offset, frame.Length));
                Assert.IsFalse(bench.Driver.CanSend);
                sent++;
                octets += frame.Length + 24;
            }

            while (bench.Port.Arrived > 0)
            {
                byte[] expected = DriverBench.Frame(LengthOf(arrived), arrived);
                Assert.IsTrue(expected.AsSpan().SequenceEqual(bench.Port.TakeArrived()), $"frame {arrived}");
                arrived++;
            }
        }

        // Octet times on the wire against time that passed: SPI and wire take turns with a single slot.
        double busy = octets * 800.0 / (bench.Clock.Nanoseconds - start);
        Assert.IsGreaterThan(0.6, busy);

        static int LengthOf(int i)
        {
            return 60 + (int)((uint)i * 7919 % 1455);
        }
    }

    [TestMethod]
    public void While_a_frame_is_on_its_way_another_is_not_taken_and_nothing_of_it_is_kept()
    {
        DriverBench bench = Started();
        bench.Send(DriverBench.Frame(1514, 1));
        Assert.IsFalse(bench.Driver.CanSend);
        byte[] other = DriverBench.Frame(DriverBench.Offset + 100, 2);
        byte[] copy = (byte[])other.Clone();
        Assert.IsFalse(bench.Driver.Send(other, DriverBench.Offset, 100));
        Assert.IsTrue(copy.AsSpan().SequenceEqual(other));
        bench.ExpectArrival(DriverBench.Frame(1514, 1), 5);

        // Send itself finds out that the way is free again.
        bench.Pass(50);
        Assert.IsTrue(bench.Driver.Send(other, DriverBench.Offset, 100));
        bench.ExpectArrival(other.AsSpan(DriverBench.Offset), 5);
        Assert.AreEqual(0, bench.Port.Arrived);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Receives_while_transmitting_and_loses_nothing_either_way(bool fullDuplex)
    {
        DriverBench bench = Started(null, new Enc28j60Options { FullDuplex = fullDuplex });
        byte[] buffer = new byte[DriverBench.Offset + 1514];
        int sent = 0;
        int arrived = 0;
        int offered = 0;
        int received = 0;
        while (arrived < 500 || received < 500)
        {
            if (offered < 500 && offered - received < 3)
            {
                bench.Port.Enqueue(DriverBench.Frame(LengthOf(offered), offered));
                offered++;
            }

            bench.Driver.Poll(bench.Clock.Milliseconds);
            int length = bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity);
            if (length != 0)
            {
                Assert.IsTrue(
                    DriverBench.Frame(LengthOf(received), received).AsSpan().SequenceEqual(bench.Buffer.AsSpan(DriverBench.Offset, length)),
                    $"frame {received}");
                received++;
            }

            if (bench.Driver.CanSend && sent < 500)
            {
                byte[] frame = DriverBench.Frame(LengthOf(sent + 3), sent);
                frame.CopyTo(buffer, DriverBench.Offset);
                Assert.IsTrue(bench.Driver.Send(buffer, DriverBench.Offset, frame.Length));
                sent++;
            }

            while (bench.Port.Arrived > 0)
            {
                byte[] expected = DriverBench.Frame(LengthOf(arrived + 3), arrived);
                Assert.IsTrue(expected.AsSpan().SequenceEqual(bench.Port.TakeArrived()), $"frame {arrived}");
                arrived++;
            }
        }

        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
        Assert.AreEqual(0, bench.Chip.Wire.Overflowed);

        static int LengthOf(int i)
        {
            return 60 + (int)((uint)i * 7919 % 1455);
        }
    }

    [TestMethod]
    public void Taking_frames_also_notices_that_the_one_being_sent_is_out()
    {
        DriverBench bench = Started();
        bench.Port.Enqueue(DriverBench.Frame(60, 1));
        bench.Pass(200);
        bench.Send(DriverBench.Frame(60, 2));
        bench.Pass(200);
        Assert.IsFalse(bench.Driver.CanSend);
        Assert.AreEqual(60, bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity));
        Assert.AreEqual(0, bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity));
        Assert.IsTrue(bench.Driver.CanSend);
        bench.ExpectArrival(DriverBench.Frame(60, 2), 1);
    }

    [TestMethod]
    public void Errata_13_and_15_a_late_collision_is_told_by_the_status_vector_and_the_frame_goes_out_again()
    {
        DriverBench bench = Started();
        for (int i = 0; i < 20; i++)
        {
            bench.Bus.LateCollisions = 1 + (i % 3);
            byte[] frame = DriverBench.Frame(100 + (70 * i), i);
            bench.Send(frame);
            bench.ExpectArrival(frame, 10);

            // The read pointer has been to the status vector and back.
            byte[] answer = DriverBench.Frame(400 + i, i);
            bench.Port.Enqueue(answer);
            bench.ExpectFrame(answer, $"answer {i}");
        }

        Assert.AreEqual(0, bench.Port.Arrived);
        Assert.AreEqual(20, bench.Count(Enc28j60Counters.TxPackets));
        Assert.AreEqual(39, bench.Count(Enc28j60Counters.TxLateCollisions));
        Assert.AreEqual(39, bench.Count(Enc28j60Counters.TxRetries));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.TxErrors));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void After_sixteen_late_collisions_of_one_frame_the_chip_is_reset_and_the_next_one_goes_out()
    {
        DriverBench bench = Started();
        bench.Bus.LateCollisions = 16;
        bench.Send(DriverBench.Frame(300, 1));
        bench.RunUntil(() => bench.Driver.CanSend, 50);
        Assert.AreEqual(0, bench.Bus.LateCollisions);
        Assert.AreEqual(15, bench.Count(Enc28j60Counters.TxRetries));
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.TxErrors));
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.TxExhausted));
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.Recoveries));
        Assert.AreEqual(0, bench.Port.Arrived);
        byte[] next = DriverBench.Frame(300, 2);
        bench.Send(next);
        bench.ExpectArrival(next, 5);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void Frames_come_in_while_no_transmission_ever_ends()
    {
        DriverBench bench = Started();
        bench.Bus.LostTransmitRequests = int.MaxValue;
        byte[] sent = new byte[DriverBench.Offset + 900];
        int received = 0;
        const int Seconds = 5;
        for (int i = 0; i < Seconds * 1000; i++)
        {
            if (i % 10 == 0)
            {
                bench.Port.Enqueue(DriverBench.Frame(200, i));
            }

            bench.Driver.Poll(bench.Clock.Milliseconds);
            while (bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity) != 0)
            {
                received++;
            }

            if (bench.Driver.CanSend)
            {
                bench.Driver.Send(sent, DriverBench.Offset, 900);
            }

            bench.Pass(1000);
        }

        // Each frame takes four timeouts and a recovery, and only in the recoveries nothing can come in.
        Assert.IsGreaterThan(10 * Seconds, bench.Count(Enc28j60Counters.TxStalls));
        Assert.AreEqual(bench.Count(Enc28j60Counters.TxStalls), bench.Count(Enc28j60Counters.Recoveries));
        Assert.IsGreaterThan(Seconds * 100 * 85 / 100, received);
        Assert.AreEqual(LinkStatus.Up, bench.Driver.Status);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.LinkChanges));
    }

    [TestMethod]
    public void A_frame_that_collided_too_often_is_sent_again_sixteen_times_and_then_the_next_one_goes_out()
    {
        DriverBench bench = Started();
        bench.Bus.ExcessiveCollisions = 15;
        byte[] lucky = DriverBench.Frame(300, 3);
        bench.Send(lucky);
        bench.ExpectArrival(lucky, 50);
        bench.RunUntil(() => bench.Driver.CanSend, 50);
        Assert.AreEqual(15, bench.Count(Enc28j60Counters.TxRetries));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.TxErrors));

        bench.Bus.ExcessiveCollisions = 16;
        bench.Send(DriverBench.Frame(300, 1));
        bench.RunUntil(() => bench.Driver.CanSend, 50);
        Assert.AreEqual(30, bench.Count(Enc28j60Counters.TxRetries));
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.TxErrors));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
        byte[] next = DriverBench.Frame(300, 2);
        bench.Send(next);
        bench.ExpectArrival(next, 5);
    }

    [TestMethod]
    public void Erratum_8_with_the_wrong_bias_resistor_frames_are_lost_that_the_chip_has_sent_in_order()
    {
        DriverBench bench = Started(new Enc28j60ChipOptions { BiasResistorOfOtherRevision = true });
        const int Frames = 100;
        int arrived = 0;
        for (int i = 0; i < Frames; i++)
        {
            bench.Send(DriverBench.Frame(100, i));
            bench.Run(2);
            arrived += bench.Port.TakeArrived().IsEmpty ? 0 : 1;
        }

        Assert.IsGreaterThan(0, arrived);
        Assert.IsLessThan(Frames, arrived);
        Assert.AreEqual(Frames, bench.Count(Enc28j60Counters.TxPackets), "nobody at this end can tell");
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.TxErrors));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void Erratum_12_after_an_abort_the_transmit_logic_is_reset_before_the_next_frame()
    {
        DriverBench bench = Started();
        for (int i = 0; i < 3; i++)
        {
            // The chip gives up what is longer than it believes a frame may be, and its transmit logic stalls.
            bench.Poke(Enc28j60Registers.MAMXFLH, 0x01);
            bench.Send(DriverBench.Frame(1000, i));
            bench.RunUntil(() => bench.Driver.CanSend, 5);
            bench.Poke(Enc28j60Registers.MAMXFLH, Enc28j60Receiver.LongestPacket >> 8);
            Assert.AreEqual(i + 1, bench.Chip.Wire.TransmitAborted);
            Assert.AreEqual(i + 1, bench.Count(Enc28j60Counters.TxErrors));
            byte[] next = DriverBench.Frame(1000, 10 + i);
            bench.Send(next);
            bench.ExpectArrival(next, 5);
        }

        bench.Run(2);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.TxTimeouts));
        Assert.AreEqual(3, bench.Count(Enc28j60Counters.TxPackets));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void Erratum_13_a_transmission_that_never_ends_is_started_again_and_the_frame_goes_out(int times)
    {
        DriverBench bench = Started();
        bench.Bus.LostTransmitRequests = times;
        byte[] frame = DriverBench.Frame(900, 1);
        bench.Send(frame);
        bench.ExpectArrival(frame, times * 25);
        bench.RunUntil(() => bench.Driver.CanSend, 5);
        Assert.AreEqual(times, bench.Count(Enc28j60Counters.TxTimeouts));
        Assert.AreEqual(times, bench.Count(Enc28j60Counters.TxRetries));
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.TxPackets));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void A_transmit_logic_that_stays_stuck_is_healed_by_a_recovery()
    {
        DriverBench bench = Started();
        bench.Bus.LostTransmitRequests = 4;
        bench.Send(DriverBench.Frame(900, 1));
        bench.RunUntil(() => bench.Count(Enc28j60Counters.TxStalls) == 1, 100);
        long broken = bench.Clock.Nanoseconds;
        Assert.AreEqual(LinkStatus.Up, bench.Driver.Status);
        bench.RunUntil(() => bench.Driver.CanSend, 50);
        Assert.IsLessThan(10_000_000, bench.Clock.Nanoseconds - broken);
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.TxErrors));
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.Recoveries));
        byte[] next = DriverBench.Frame(300, 2);
        bench.Send(next);
        bench.ExpectArrival(next, 5);
    }

    [TestMethod]
    public void Frames_come_in_while_a_transmission_is_stuck()
    {
        DriverBench bench = Started();
        bench.Bus.LostTransmitRequests = 3;
        byte[] sent = DriverBench.Frame(900, 1);
        bench.Send(sent);
        for (int i = 0; i < 30; i++)
        {
            byte[] frame = DriverBench.Frame(500 + i, i);
            bench.Port.Enqueue(frame);
            bench.ExpectFrame(frame, $"frame {i}");
        }

        bench.ExpectArrival(sent, 100);
    }

    [TestMethod]
    public void A_pause_in_full_duplex_is_obeyed_however_long_it_is_and_is_no_fault()
    {
        DriverBench bench = Started(null, new Enc28j60Options { FullDuplex = true });
        bench.Port.Enqueue(Pause(0xFFFF));
        bench.Pass(200);
        long begin = bench.Clock.Milliseconds;
        byte[] frame = DriverBench.Frame(300, 1);
        bench.Send(frame);
        bench.ExpectArrival(frame, 3400);
        Assert.IsGreaterThan(3300, bench.Clock.Milliseconds - begin);
        bench.RunUntil(() => bench.Driver.CanSend, 5);
        Assert.AreEqual(0, bench.Port.Arrived);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.TxErrors));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.TxPackets));
    }

    [TestMethod]
    public void A_pause_that_never_ends_leads_to_a_recovery_at_last()
    {
        DriverBench bench = Started(null, new Enc28j60Options { FullDuplex = true });
        bench.Port.Enqueue(Pause(0xFFFF));
        bench.Pass(200);
        bench.Send(DriverBench.Frame(300, 1));
        long end = bench.Clock.Milliseconds + 20_000;
        while (bench.Count(Enc28j60Counters.Recoveries) == 0)
        {
            Assert.IsLessThan(end, bench.Clock.Milliseconds);
            bench.Port.Enqueue(Pause(0xFFFF));
            bench.Run(1000);
        }

        Assert.AreEqual(1, bench.Count(Enc28j60Counters.TxStalls));
    }

    [TestMethod]
    public void A_bus_that_dies_when_a_transmission_is_overdue_is_one_fault_and_not_two()
    {
        DriverBench bench = Started();
        bench.Bus.LostTransmitRequests = 4;
        bench.Send(DriverBench.Frame(300, 1));
        bench.RunUntil(() => bench.Count(Enc28j60Counters.TxTimeouts) == 3, 100);
        bench.Driver.Poll(bench.Clock.Milliseconds);
        bench.Pass(25_000);
        bench.Bus.StuckMiso = 0xFF;
        bench.Driver.Poll(bench.Clock.Milliseconds);
        bench.Bus.StuckMiso = -1;
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.DeadBus));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.TxStalls));
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    public void A_frame_sent_into_a_wire_that_is_busy_waits_and_goes_out_once()
    {
        DriverBench bench = Started(new Enc28j60ChipOptions { SpiClockHz = 10_000_000 });
        for (int i = 0; i < 4; i++)
        {
            bench.Port.Enqueue(DriverBench.Frame(1514, i));
        }

        bench.Pass(20);
        byte[] frame = DriverBench.Frame(60, 9);
        bench.Send(frame);
        bench.ExpectArrival(frame, 10);
        bench.Pass(5000);
        Assert.AreEqual(0, bench.Port.Arrived);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.TxRetries));
        for (int i = 0; i < 4; i++)
        {
            bench.ExpectFrame(DriverBench.Frame(1514, i), $"frame {i}");
        }
    }

    /// <summary>IEEE 802.3 31B: a frame that asks for silence, in units of 51.2 us.</summary>
    private static byte[] Pause(int quanta)
    {
        byte[] frame = DriverBench.Frame(60, 1, 0x0180C2000001);
        frame[12] = 0x88;
        frame[13] = 0x08;
        frame[14] = 0x00;
        frame[15] = 0x01;
        frame[16] = (byte)(quanta >> 8);
        frame[17] = (byte)quanta;
        return frame;
    }
}
