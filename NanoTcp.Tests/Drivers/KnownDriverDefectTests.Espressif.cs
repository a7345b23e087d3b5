using System;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Tests.Emulation;

namespace NanoTcp.Tests.Drivers;

// Espressif's driver.
public sealed partial class KnownDriverDefectTests
{
    [TestMethod]
    public void ESP_MAMXFL_left_at_1536_with_a_buffer_of_1522()
    {
        ChipBench bad = new();
        bad.Initialise(receive: false);
        bad.WriteWord(2, 0x0A, 1536);
        bad.Set(ChipBench.Econ1, Rxen);
        Bring(bad, ChipBench.Frame(1532), ChipBench.Frame(1533));
        Assert.AreEqual(1, bad.PacketCount());
        Assert.AreEqual(1536, bad.TakePacket().Length, "14 octets more than there is room for");

        DriverBench bench = Started();
        byte[] buffer = new byte[2000];
        Array.Fill(buffer, (byte)0xEE);
        for (int length = 1510; length <= 1540; length++)
        {
            bench.Bring(DriverBench.Frame(length, length));
            bench.Bring(DriverBench.Frame(60, length));
            int expected = length <= 1514 ? length : 60;
            Assert.AreEqual(expected, bench.Driver.Receive(buffer, DriverBench.Offset, 1522));
            if (expected != 60)
            {
                Assert.AreEqual(60, bench.Driver.Receive(buffer, DriverBench.Offset, 1522));
            }
        }

        Assert.AreEqual(-1, buffer.AsSpan(DriverBench.Offset + 1514 + bench.Driver.Tailroom).IndexOfAnyExcept((byte)0xEE));
        Assert.AreEqual(0, bench.Count(Enc28j60Counters.Recoveries));
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(8)]
    [DataRow(15)]
    [DataRow(16)]
    [DataRow(24)]
    [DataRow(31)]
    public void ESP_no_check_of_the_header_that_SPI_noise_has_spoilt(int bit)
    {
        DriverBench bench = Started();
        byte[] frame = DriverBench.Frame(400, 1);
        bench.Bring(frame);

        // What a driver would see that believes it: another length, or a next packet where there is none.
        byte[] header = bench.Chip.Memory[..4];
        header[bit / 8] ^= (byte)(1 << (bit % 8));
        Assert.IsTrue((header[0] | (header[1] << 8)) != 410 || (header[2] | (header[3] << 8)) != 404);

        bench.Bus.WrongHeaderBit = bit;
        bench.Bus.WrongHeaders = 1;
        Assert.AreEqual(0, bench.Take());
        Assert.AreEqual(1, bench.Count(Enc28j60Counters.RxBadHeader));
        bench.RunUntil(() => bench.Driver.CanSend, 50);
        AssertReceives(bench, 10);
    }
}
