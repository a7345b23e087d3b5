using System;
using System.Text;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Link;
using NanoTcp.Tcp;
using NanoTcp.Tests.WholePath;
using NanoTcp.Wire;
using LedBWiring = NanoTcp.Emulation.LedBWiring;

namespace NanoTcp.Tests.Drivers;

// What the network makes of it: stalls, a wrong duplex, frames that are not heard or should not be, the link and its LEDs.
public sealed partial class Enc28j60SymptomTests
{
    [TestMethod]
    public void Symptom_13_TCP_stalls_because_of_a_tiny_ring_and_slow_polling()
    {
        // Four full segments and four short ones come in before the host looks, and all are taken in one visit.
        DriverBench bench = Started();
        for (int visit = 0; visit < 100; visit++)
        {
            for (int i = 0; i < 4; i++)
            {
                bench.Port.Enqueue(DriverBench.Frame(i < 3 ? 1514 : 700, i));
                bench.Port.Enqueue(DriverBench.Frame(60, 10 + i));
            }

            bench.Pass(25_000);
            bench.Driver.Poll(bench.Clock.Milliseconds);
            int taken = 0;
            while (bench.Take() != 0)
            {
                taken++;
            }

            Assert.AreEqual(8, taken, $"visit {visit}");

            // The answer gives back what the driver still owes the ring.
            bench.Send(DriverBench.Frame(60, visit));
            bench.Pass(200);
            bench.Port.TakeArrived();
        }

        Assert.AreEqual(0, bench.Chip.Wire.Overflowed);
    }

    [TestMethod]
    public void Symptom_13_TCP_connections_die_when_the_supply_dips()
    {
        Device device = new();
        byte[] request = Encoding.ASCII.GetBytes("GET /bytes/60000 HTTP/1.1\r\nHost: device\r\nConnection: close\r\n\r\n");
        byte[] answer = new byte[70_000];
        TcpConnection connection = device.Connect();
        int sent = 0;
        int received = 0;
        int dips = 0;
        long dippedAt = 0;
        long longest = 0;
        while (!connection.EndOfStream)
        {
            device.Step();
            Assert.IsLessThan(5_000_060_000, device.Clock.Milliseconds, $"{received} octets after a minute");
            Assert.AreEqual(TcpEndReason.None, connection.EndReason);
            sent += sent < request.Length ? connection.Write(request, sent, request.Length - sent) : 0;
            int read = connection.Read(answer, received, answer.Length - received);
            received += read;
            if (read != 0 && dippedAt != 0)
            {
                longest = Math.Max(longest, device.Clock.Milliseconds - dippedAt);
                dippedAt = 0;
            }

            if (received > 12_000 * (dips + 1) && dips < 4)
            {
                dips++;
                dippedAt = device.Clock.Milliseconds;
                device.Chip.BrownOut();
            }
        }

        int head = answer.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        Assert.AreEqual(60_000, received - head);
        for (int i = 0; i < 60_000; i++)
        {
            Assert.AreEqual(i % 251, answer[head + i]);
        }

        Assert.AreEqual(4, device.Driver.Counters.GetValue(Enc28j60Counters.Recoveries));
        Assert.IsLessThan(LongestOutage, longest, "the stack's timers included");
        Assert.AreEqual(0, device.Chip.Violations.Total, device.Chip.Violations.ToString());
    }

    [TestMethod]
    [DataRow(false, LedBWiring.Source)]
    [DataRow(false, LedBWiring.Sink)]
    [DataRow(true, LedBWiring.Source)]
    [DataRow(true, LedBWiring.Sink)]
    public void Symptom_14_frames_lost_at_random_because_of_a_duplex_mismatch(bool fullDuplex, LedBWiring ledB)
    {
        // The cause: MACON3.FULDPX and PHCON1.PDPXMD, of which the latter starts as LEDB is wired (erratum 16).
        DriverBench bench = Started(
            new Enc28j60ChipOptions { LedB = ledB }, fullDuplex ? new Enc28j60Options { FullDuplex = true } : null);
        Assert.AreEqual(fullDuplex, (bench.Peek(Enc28j60Registers.MACON3) & Enc28j60Bits.FULDPX) != 0);
        Assert.AreEqual(fullDuplex, (bench.PeekPhy(Enc28j60Bits.PHCON1) & Enc28j60Bits.PDPXMD) != 0);
        for (int i = 0; i < 200; i++)
        {
            // Both at once: in half duplex one waits for the other.
            byte[] frame = DriverBench.Frame(60 + (7 * i), i);
            bench.Port.Enqueue(frame);
            bench.Send(frame);
            bench.ExpectFrame(frame, $"frame {i}");
            bench.ExpectArrival(frame, 10);
        }

        Assert.AreEqual(0, bench.Count(Enc28j60Counters.TxErrors) + bench.Count(Enc28j60Counters.Recoveries));
        bench.PokePhy(Enc28j60Bits.PHCON1, fullDuplex ? 0 : Enc28j60Bits.PDPXMD);
        AssertHeals(bench, Look, Enc28j60Counters.LostPhy);
    }

    [TestMethod]
    public void Symptom_15_broadcast_UDP_not_received()
    {
        DriverBench bench = Started();
        for (int i = 0; i < 30; i++)
        {
            byte[] datagram = DriverBench.Frame(60 + (40 * i), i, MacAddress.Broadcast);
            bench.Bring(datagram);
            bench.ExpectFrame(datagram, $"broadcast of {datagram.Length} octets");
        }
    }

    [TestMethod]
    public void Symptom_16_hears_its_own_packets()
    {
        // The cause: PHCON2.HDLDIS missing, or set at the wrong bit.
        DriverBench bench = Started();
        Assert.AreEqual(Enc28j60Bits.HDLDIS, bench.PeekPhy(Enc28j60Bits.PHCON2));
        for (int i = 0; i < 20; i++)
        {
            byte[] own = DriverBench.Frame(60 + i, i, MacAddress.Broadcast);
            bench.Send(own);
            bench.ExpectArrival(own, 5);
            Assert.AreEqual(0, bench.Receive(2), "its own");
        }

        // And when the bit is lost it is not for long.
        bench.PokePhy(Enc28j60Bits.PHCON2, 0x0001);
        byte[] heard = DriverBench.Frame(60, 99, MacAddress.Broadcast);
        bench.Send(heard);
        bench.ExpectFrame(heard, "its own");
        bench.ExpectArrival(heard, 5);
        AssertHeals(bench, Check, Enc28j60Counters.LostPhy);
        bench.Send(heard);
        bench.ExpectArrival(heard, 5);
        Assert.AreEqual(0, bench.Receive(2), "its own");
    }

    [TestMethod]
    [DataRow(LedBWiring.Source)]
    [DataRow(LedBWiring.Sink)]
    public void Symptom_17_no_link_or_a_wrong_LED(LedBWiring ledB)
    {
        DriverBench bench = Started(new Enc28j60ChipOptions { LedB = ledB });
        Assert.AreEqual(0x3476, bench.PeekPhy(Enc28j60Bits.PHLCON), "13 and 12 set, LEDA link, LEDB traffic for 70 ms");
        Assert.IsTrue(bench.Chip.LedALit);
        Assert.IsFalse(bench.Chip.LedBLit);
        bench.Bring(DriverBench.Frame(60, 1));
        Assert.IsTrue(bench.Chip.LedBLit);
        bench.Pass(70_000);
        Assert.IsFalse(bench.Chip.LedBLit);
        Assert.AreEqual(60, bench.Take());

        for (int i = 0; i < 5; i++)
        {
            bench.Port.LinkUp = false;
            bench.RunUntil(() => bench.Driver.Status == LinkStatus.Down, Look);
            Assert.IsFalse(bench.Chip.LedALit);
            bench.Port.LinkUp = true;
            bench.RunUntil(() => bench.Driver.Status == LinkStatus.Up, Look);
            Assert.IsTrue(bench.Chip.LedALit);
        }

        AssertFlows(bench);
        Assert.AreEqual(11, bench.Count(Enc28j60Counters.LinkChanges));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }
}
