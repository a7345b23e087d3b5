using System;
using System.Globalization;
using System.IO;
using System.Linq;
using NanoTcp.Emulation;
using NanoTcp.Host.Cable;
using NanoTcp.Host.Capture;
using NanoTcp.Tests.Peers;

namespace NanoTcp.Tests.Host;

[TestClass]
public class PcapngWriterTests
{
    // 2026-01-02 03:04:05 UTC.
    private const long Epoch = 1_767_323_045_000_000_000;

    [TestMethod]
    public void Blocks_are_laid_out_as_the_format_asks_for()
    {
        using MemoryStream stream = new();
        PcapngWriter writer = new(stream, 0x1122334455667788 - 5);
        writer.Write(5, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], 1, 15);

        Assert.AreEqual(
            // Section header: type, length 44, magic, version 1.0, section length unknown, application "NanoTcp", end.
            "0A0D0D0A" + "2C000000" + "4D3C2B1A" + "01000000" + "FFFFFFFFFFFFFFFF"
            + "04000700" + "4E616E6F54637000" + "00000000" + "2C000000"
            // Interface: type, length 44, Ethernet, longest frame 1600, name "cable", resolution 10^-9, end.
            + "01000000" + "2C000000" + "01000000" + "40060000"
            + "02000500" + "6361626C65000000" + "09000100" + "09000000" + "00000000" + "2C000000"
            // Packet: type, length 48, interface 0, time high and low, captured, original, data padded to 16.
            + "06000000" + "30000000" + "00000000" + "44332211" + "88776655" + "0F000000" + "0F000000"
            + "0102030405060708090A0B0C0D0E0F00" + "30000000",
            Convert.ToHexString(stream.ToArray()));
    }

    [TestMethod]
    public void Tshark_reads_every_frame_with_its_time_while_the_file_is_still_being_written()
    {
        PeerTools.Require("tshark");
        string path = Path.Combine(Path.GetTempPath(), $"nanotcp-{Guid.NewGuid():N}.pcapng");
        try
        {
            VirtualClock clock = new(0);
            VirtualCable cable = new(clock);
            CablePort a = cable.AddPort("a");
            cable.AddPort("b");
            using PcapngWriter writer = PcapngWriter.Create(path, Epoch);
            cable.AddMonitor(writer);
            int[] lengths = [60, 61, 62, 63, 1514, 14];
            foreach (int length in lengths)
            {
                clock.Advance(1_000_000_001);
                byte[] frame = length == 14 ? new byte[14] : TestFrames.Make(length, length, etherType: 0x88B5);
                a.Send(frame, 0, length);
            }

            CommandResult result = Command.Run(30, [
                "tshark", "-r", path, "-T", "fields", "-e", "frame.time_epoch", "-e", "frame.len", "-e", "frame.cap_len", "-e", "frame.interface_name"]);

            Assert.AreEqual(0, result.ExitCode, result.Error);
            string[] lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.HasCount(lengths.Length, lines, result.Output);
            for (int i = 0; i < lengths.Length; i++)
            {
                string[] fields = lines[i].Split('\t');
                string nanoseconds = "00000000" + (i + 1).ToString(CultureInfo.InvariantCulture);
                // Some versions print seconds since 1970, some a date: what is below a second is the same in both.
                StringAssert.Contains(fields[0], "." + nanoseconds[^9..]);
                StringAssert.Contains(fields[0], (1_767_323_046 + i).ToString(CultureInfo.InvariantCulture) is var seconds && fields[0].Contains('T')
                    ? new DateTime(2026, 1, 2, 3, 4, 6 + i).ToString("HH:mm:ss", CultureInfo.InvariantCulture)
                    : seconds);
                Assert.AreEqual(lengths[i].ToString(CultureInfo.InvariantCulture), fields[1]);
                Assert.AreEqual(fields[1], fields[2]);
                Assert.AreEqual("cable", fields[3].Trim());
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestMethod]
    public void Capinfos_finds_an_Ethernet_capture_with_nanoseconds()
    {
        PeerTools.Require("capinfos");
        string path = Path.Combine(Path.GetTempPath(), $"nanotcp-{Guid.NewGuid():N}.pcapng");
        try
        {
            using (PcapngWriter writer = PcapngWriter.Create(path, Epoch))
            {
                writer.Write(0, TestFrames.Make(1, 100), 0, 100);
                writer.Write(1, TestFrames.Make(2, 200), 0, 200);
            }

            CommandResult result = Command.Run(30, ["capinfos", "-M", path]);
            Assert.AreEqual(0, result.ExitCode, result.Error);
            string[] words = result.Output.Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ToArray();
            CollectionAssert.Contains(words, "Encapsulation = Ethernet (1 - ether)");
            CollectionAssert.Contains(words, "Number of packets: 2");
            CollectionAssert.Contains(words, "Data size: 300 bytes");
            Assert.IsTrue(words.Any(line => line.StartsWith("Time precision = nanoseconds", StringComparison.Ordinal)
                || line.StartsWith("File timestamp precision: nanoseconds", StringComparison.Ordinal)), result.Output);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestMethod]
    public void A_disk_that_is_full_ends_the_capture_and_nothing_else()
    {
        FullDisk disk = new(room: 200);
        PcapngWriter writer = new(disk, 0);
        writer.Write(1, TestFrames.Make(1, 60), 0, 60);
        Assert.IsNull(writer.Failure);

        writer.Write(2, TestFrames.Make(2, 60), 0, 60);
        writer.Write(3, TestFrames.Make(3, 60), 0, 60);

        Assert.AreEqual("The disk is full.", writer.Failure);
        Assert.AreEqual(1, writer.FrameCount);
        writer.Dispose();
    }

    [TestMethod]
    public void A_frame_costs_no_allocation()
    {
        string path = Path.Combine(Path.GetTempPath(), $"nanotcp-{Guid.NewGuid():N}.pcapng");
        try
        {
            using PcapngWriter writer = PcapngWriter.Create(path, 0);
            byte[] frame = TestFrames.Make(1, 1514);
            for (int i = 0; i < 100; i++)
            {
                writer.Write(i, frame, 0, frame.Length);
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                writer.Write(i, frame, 0, frame.Length);
            }

            Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private sealed class FullDisk(int room) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            if (Length + count > room)
            {
                throw new IOException("The disk is full.");
            }

            base.Write(buffer, offset, count);
        }
    }
}
