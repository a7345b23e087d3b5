using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Link;

namespace NanoTcp.Tests.Drivers;

/// <summary>The text that a bug report should hold.</summary>
[TestClass]
public sealed class Enc28j60ReportTests : Enc28j60TestBase
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void A_running_chip_is_reported_in_some_forty_short_lines()
    {
        DriverBench bench = Started();
        bench.Port.Enqueue(DriverBench.Frame(100, 1));
        bench.ExpectFrame(DriverBench.Frame(100, 1), "before");
        bench.Send(DriverBench.Frame(321, 2));
        bench.ExpectArrival(DriverBench.Frame(321, 2), 5);
        bench.Run(2);
        long before = bench.Chip.Statistics.Operations;
        string report = Report(bench);
        TestContext.WriteLine(report);
        TestContext.WriteLine($"{bench.Chip.Statistics.Operations - before} operations, {report.Length} octets");
        Assert.IsLessThanOrEqualTo(240, bench.Chip.Statistics.Operations - before);
        string[] lines = report.Split('\n');
        Assert.IsLessThanOrEqualTo(42, lines.Length);
        Assert.IsLessThanOrEqualTo(100, lines.Max(line => line.Length));
        Assert.AreEqual("ENC28J60 B7 (EREVID 06), link up, half duplex, 02:00:00:12:34:56", lines[0]);
        Assert.AreEqual("problem: none", lines[1]);
        foreach (string expected in new[]
        {
            "next packet 006E", "not freed 110", "slot end 1B41", "idle",
            "EIE 00", "ECON2 80", "ERDPT 006E", "ETXST 1A00", "ETXND 1B41", "ERXST 0000", "ERXND 19FF", "ERXRDPT 19FF", "ERXWRPT 006E",
            "ERXFCON A1", "EPKTCNT 00", "MACON1 01", "MACON3 32", "MAIPG 0C12", "MAMXFL 05EE", "MAADR1-6 02 00 00 12 34 56",
            "ECOCON 04", "EPAUS 1000", "PHCON1 0000", "PHID1 0083", "PHID2 1400", "PHCON2 0100", "PHSTAT2 0400", "PHLCON 3476",
            "rx_packets 1,", "tx_packets 1,", "recoveries 0",
        })
        {
            StringAssert.Contains(report, expected);
        }
    }

    [TestMethod]
    [DataRow(Enc28j60PowerMode.PowerSave, "asleep")]
    [DataRow(Enc28j60PowerMode.MagicPacket, "waiting for a magic packet")]
    public void A_chip_that_is_not_to_carry_frames_is_not_said_to_have_no_link(Enc28j60PowerMode mode, string words)
    {
        DriverBench bench = Started();
        bench.Driver.SetPowerMode(mode);
        bench.RunUntil(() => bench.Driver.PowerMode == mode, 50);
        StringAssert.StartsWith(Report(bench), $"ENC28J60 B7 (EREVID 06), {words}, half duplex, 02:00:00:12:34:56\n");
    }

    [TestMethod]
    public void Every_readable_register_is_in_it_with_the_value_that_the_chip_holds()
    {
        DriverBench bench = Started(null, new Enc28j60Options { FullDuplex = true, UseInterruptPin = true });
        string report = Report(bench);
        string[] words = report.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        HashSet<string> seen = [];
        foreach ((string name, int register) in Registers())
        {
            int at = Array.IndexOf(words, name);
            Assert.IsGreaterThanOrEqualTo(0, at, name);
            seen.Add(name);
            if (name is "ECON1" or "MIREGADR" or "MIRD")
            {
                // Those change with what is read.
                continue;
            }

            Enc28j60Spi spi = new(bench.Chip);
            int value = spi.Read(register);
            if (words[at + 1].Length == 4)
            {
                value |= spi.Read(register + 1) << 8;
            }

            spi.SelectBank(bench.Driver.IsRunning ? 2 : 0);
            Assert.AreEqual(value, int.Parse(words[at + 1], NumberStyles.HexNumber, CultureInfo.InvariantCulture), name);
        }

        Assert.IsGreaterThanOrEqualTo(40, seen.Count);
        foreach (string phy in new[] { "PHCON1", "PHSTAT1", "PHID1", "PHID2", "PHCON2", "PHSTAT2", "PHIE", "PHIR", "PHLCON" })
        {
            CollectionAssert.Contains(words, phy);
        }

        for (int i = 0; i < bench.Driver.Counters.Count; i++)
        {
            StringAssert.Contains(report, bench.Driver.Counters.GetName(i)["enc28j60_".Length..] + " ");
        }

        bench.Chip.Violations.Clear();
    }

    [TestMethod]
    [DataRow(2, "B1")]
    [DataRow(4, "B4")]
    public void Early_silicon_has_notes_on_errata_1_3_and_8(int revision, string name)
    {
        string report = Report(Started(new Enc28j60ChipOptions { Revision = (byte)revision }));
        StringAssert.StartsWith(report, $"ENC28J60 {name} (EREVID 0{revision}), link up");
        StringAssert.Contains(report, "8 MHz or more (erratum 1)");
        StringAssert.Contains(report, "not for industrial temperatures (erratum 3)");
        StringAssert.Contains(report, "2.32 kOhm that is right from B5 on (erratum 8)");
        Assert.IsFalse(Report(Started(new Enc28j60ChipOptions { Revision = 5 })).Contains("erratum", StringComparison.Ordinal));
    }

    [TestMethod]
    public void It_can_be_written_at_any_time_and_changes_nothing()
    {
        DriverBench bench = Started();
        int reports = 0;
        byte[] text = new byte[4000];
        byte[] buffer = new byte[DriverBench.Offset + 1514];
        for (int i = 0; i < 300; i++)
        {
            byte[] frame = DriverBench.Frame(60 + (i * 4), i);
            bench.Port.Enqueue(frame);
            bench.Port.Enqueue(frame);
            if (bench.Driver.CanSend)
            {
                bench.Driver.Send(buffer, DriverBench.Offset, 60 + (i * 4));
            }

            for (int k = 0; k < 2; k++)
            {
                bench.ExpectFrame(frame, $"frame {i}");
                if ((i + k) % 3 == 0)
                {
                    bench.Driver.WriteReport(text, 0);
                    reports++;
                }
            }

            while (bench.Port.Arrived > 0)
            {
                bench.Port.TakeArrived();
            }
        }

        bench.Run(1100);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
        Assert.IsGreaterThan(150, reports);
    }

    [TestMethod]
    public void It_can_be_written_in_every_step_of_a_start()
    {
        DriverBench bench = NewBench();
        byte[] text = new byte[4000];
        for (int i = 0; i < 12; i++)
        {
            int length = bench.Driver.WriteReport(text, 0);
            Assert.AreEqual(
                bench.Driver.IsRunning,
                Encoding.ASCII.GetString(text, 0, length).Contains("MACON1", StringComparison.Ordinal));
            bench.Driver.Poll(bench.Clock.Milliseconds);
            bench.Pass(1000);
        }

        Assert.AreEqual(LinkStatus.Up, bench.Driver.Status);
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.NoDevice));
    }

    [TestMethod]
    [DataRow(0x00)]
    [DataRow(0xFF)]
    public void Without_a_chip_it_says_so_first_and_shows_what_MISO_reads(int miso)
    {
        DriverBench bench = NewBench();
        bench.Bus.Unplugged = true;
        bench.Bus.StuckMiso = miso;
        bench.RunQuickly(50);
        long before = bench.Bus.Operations;
        string report = Report(bench);
        TestContext.WriteLine(report);
        Assert.IsLessThan(300, bench.Bus.Operations - before);
        string[] lines = report.Split('\n');
        Assert.AreEqual("No ENC28J60 answers: the registers below show what MISO reads.", lines[0]);
        StringAssert.Contains(lines[1], "searching");
        Assert.AreEqual($"problem: no answer on MISO (reads {miso:X2}): check wiring and chip select", lines[2]);
        StringAssert.Contains(report, $"MACON1 {miso:X2} MACON3 {miso:X2}");
        StringAssert.Contains(report, $"ERDPT {miso:X2}{miso:X2}");
    }

    [TestMethod]
    public void It_is_cut_off_at_the_end_of_the_buffer_wherever_that_is()
    {
        DriverBench bench = Started();
        byte[] whole = new byte[4000];
        int length = bench.Driver.WriteReport(whole, 0);
        for (int room = 0; room <= length + 3; room += 1 + (room / 13))
        {
            byte[] buffer = new byte[10 + room];
            Array.Fill(buffer, (byte)0xEE, 0, 10);
            Assert.AreEqual(Math.Min(room, length), bench.Driver.WriteReport(buffer, 10), $"room for {room}");
            Assert.AreEqual(-1, buffer.AsSpan(0, 10).IndexOfAnyExcept((byte)0xEE));

            // The first line does not depend on what has been read.
            int compared = Math.Min(Math.Min(room, length), 100);
            Assert.IsTrue(whole.AsSpan(0, compared).SequenceEqual(buffer.AsSpan(10, compared)));
        }

        Assert.ThrowsExactly<ArgumentNullException>(() => bench.Driver.WriteReport(null!, 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => bench.Driver.WriteReport(whole, -1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => bench.Driver.WriteReport(whole, 4001));
    }

    [TestMethod]
    public void Writing_it_allocates_nothing()
    {
        DriverBench bench = Started();
        byte[] text = new byte[4000];
        bench.Driver.WriteReport(text, 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        bench.Driver.WriteReport(text, 0);
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static string Report(DriverBench bench)
    {
        byte[] text = new byte[4000];
        int length = bench.Driver.WriteReport(text, 0);
        Assert.IsLessThan(text.Length, length);
        return Encoding.ASCII.GetString(text, 0, length);
    }

    /// <summary>The control registers with a name and no reservation, a pair of octets by the name of both.</summary>
    private static IEnumerable<(string Name, int Register)> Registers()
    {
        foreach (System.Reflection.FieldInfo field in typeof(Enc28j60Registers).GetFields(
            System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static))
        {
            string name = field.Name;
            if (!field.IsLiteral || field.IsPrivate || char.IsLower(name[1]) || name[^1] == 'H' || name.StartsWith("MAADR", StringComparison.Ordinal)
                || name is "EHT0" or "EHT7" or "EPMM0" or "ESTAT")
            {
                continue;
            }

            yield return (name[^1] == 'L' ? name[..^1] : name, (int)field.GetRawConstantValue()!);
        }
    }
}
