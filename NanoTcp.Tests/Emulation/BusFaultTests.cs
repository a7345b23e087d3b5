using System.Linq;
using System.Numerics;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

[TestClass]
public class BusFaultTests
{
    private const int Always = 1_000_000;

    [TestMethod]
    public void A_MISO_bit_error_changes_one_bit_of_a_register_that_is_read_and_nothing_in_the_chip()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Bank(0);
        bench.Chip.Faults.MisoBitErrors = Always;
        for (int i = 0; i < 50; i++)
        {
            Assert.AreEqual(1, BitOperations.PopCount((uint)(bench.Eth(0x0B) ^ 0x17)), "ERXNDH");
        }

        bench.Bank(2);
        for (int i = 0; i < 50; i++)
        {
            Assert.AreEqual(1, BitOperations.PopCount((uint)(bench.Exchange(0x00, 0, 0)[2] ^ 0x0D)), "not the dummy octet");
        }

        bench.Chip.Faults.Clear();
        Assert.AreEqual(0x0D, bench.Exchange(0x00, 0, 0)[2]);
        Assert.AreEqual(0x17FF, bench.EthWord(0, 0x0A));
        bench.AssertClean();
    }

    [TestMethod]
    public void A_MISO_bit_error_changes_one_bit_of_a_long_read()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        byte[] right = bench.ReadMemory(0, 1500);
        int[] places = new int[20];
        for (int i = 0; i < places.Length; i++)
        {
            bench.WriteWord(0, 0x00, 0);
            bench.Chip.Faults.MisoBitErrors = Always;
            byte[] read = bench.ReadOn(1500);
            bench.Chip.Faults.Clear();
            places[i] = Enumerable.Range(0, 1500).Single(k => read[k] != right[k]);
            Assert.AreEqual(1, BitOperations.PopCount((uint)(read[places[i]] ^ right[places[i]])));
        }

        Assert.IsTrue(places.Distinct().Count() > 10, "anywhere");
    }

    [TestMethod]
    public void A_MOSI_bit_error_changes_what_the_chip_hears_and_not_the_hosts_array()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        byte[] sent = [0x7A, .. ChipBench.Frame(1000)];
        byte[] buffer = (byte[])sent.Clone();
        int changed = 0;
        for (int i = 0; i < 20; i++)
        {
            bench.WriteWord(0, 0x02, 0);
            bench.Chip.Faults.MosiBitErrors = Always;
            bench.Chip.Write(buffer, 0, buffer.Length);
            bench.Chip.Faults.Clear();
            CollectionAssert.AreEqual(sent, buffer);
            byte[] stored = bench.ReadMemory(0, 1000);
            int wrong = Enumerable.Range(0, 1000).Sum(k => BitOperations.PopCount((uint)(stored[k] ^ sent[k + 1])));
            Assert.IsTrue(wrong == 1 || bench.Chip.Statistics.WriteBufferMemory != i + 1, "one bit, or another opcode");
            changed += wrong == 1 ? 1 : 0;
        }

        Assert.IsTrue(changed >= 15);
        Assert.AreEqual(20, bench.Chip.Faults.Disturbances);
    }

    [TestMethod]
    public void A_reset_made_by_a_flipped_bit_leaves_the_host_blameless_and_one_of_its_own_does_not()
    {
        ChipBench bench = new();
        bench.Initialise();

        // BFC ECON1 is a bit away from a reset.
        bench.Chip.Faults.MosiBitErrors = Always;
        for (int i = 0; i < 500 && bench.Chip.Statistics.SystemReset == 0; i++)
        {
            byte[] operation = [0xBF, 0x00];
            bench.Chip.Write(operation, 0, 2);
        }

        Assert.AreEqual(1, bench.Chip.Statistics.SystemReset);
        bench.Chip.Faults.Clear();
        bench.Chip.Violations.Clear();
        bench.Write(2, 0x0A, 0xEE);
        Assert.AreEqual(0, bench.Chip.Violations.Total, bench.Chip.Violations.ToString());
        Assert.AreEqual(1, bench.Chip.Violations.Provoked);
        Assert.AreEqual(ViolationKind.AccessTooSoonAfterReset, bench.Chip.Violations.GetEntry(0).Kind);

        bench.Exchange(0xFF);
        bench.Write(2, 0x0A, 0xEE);
        Assert.AreEqual(1, bench.Chip.Violations.Total, "now it knew");
    }

    [TestMethod]
    public void Blamelessness_ends_two_seconds_after_the_last_fault()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        bench.Chip.Faults.MisoBitErrors = Always;
        bench.Eth(ChipBench.Estat);
        bench.Chip.Faults.Clear();
        bench.Wait(1_999_000_000);
        bench.Exchange(0x3B);
        Assert.AreEqual(0, bench.Chip.Violations.Total);
        bench.Wait(2_000_000);
        bench.Exchange(0x3B);
        Assert.AreEqual(1, bench.Chip.Violations.Total);
        Assert.AreEqual(1, bench.Chip.Violations.Provoked);
    }

    [TestMethod]
    [DataRow(MisoFault.StuckLow, 0x00)]
    [DataRow(MisoFault.StuckHigh, 0xFF)]
    public void A_stuck_MISO_reads_the_same_always_and_the_chip_hears_all_the_same(MisoFault fault, int expected)
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        bench.Chip.Faults.Miso = fault;
        Assert.IsTrue(bench.ReadMemory(0, 300).All(octet => octet == expected));
        Assert.IsTrue(bench.Exchange(0x00, 0, 0).All(octet => octet == expected));
        bench.WriteWord(0, 0x0A, 0x0FFF);
        bench.Chip.Faults.Miso = MisoFault.None;
        Assert.AreEqual(0x0FFF, bench.EthWord(0, 0x0A));
        Assert.AreEqual(0, bench.Chip.Violations.Total);
    }

    [TestMethod]
    public void An_open_MISO_reads_noise()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        byte[] memory = bench.ReadMemory(0, 300);
        bench.Chip.Faults.Miso = MisoFault.Open;
        byte[] first = bench.ReadMemory(0, 300);
        byte[] second = bench.ReadMemory(0, 300);
        Assert.IsTrue(first.Distinct().Count() > 100);
        CollectionAssert.AreNotEqual(first, second);
        CollectionAssert.AreNotEqual(first, memory);
    }

    [TestMethod]
    public void A_MISO_that_couples_to_MOSI_reads_what_was_sent()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        bench.WriteMemory(0, 1, 2, 3);
        bench.WriteWord(0, 0x00, 0);
        bench.Chip.Faults.Miso = MisoFault.Echo;
        CollectionAssert.AreEqual(new byte[] { 0x3A, 7, 8, 9 }, bench.Exchange(0x3A, 7, 8, 9));
        CollectionAssert.AreEqual(new byte[] { 0x1D, 0x00 }, bench.Exchange(0x1D, 0x00));
        bench.Chip.Faults.Clear();
        Assert.AreEqual(3, bench.EthWord(0, 0x00), "the chip has read, and nobody has heard");
    }

    [TestMethod]
    public void A_second_device_pulls_some_bits_low_and_none_high()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        byte[] right = bench.ReadMemory(0, 500);
        bench.Chip.Faults.Miso = MisoFault.SecondDevice;
        byte[] first = bench.ReadMemory(0, 500);
        byte[] second = bench.ReadMemory(0, 500);
        for (int i = 0; i < right.Length; i++)
        {
            Assert.AreEqual(0, first[i] & ~right[i]);
        }

        CollectionAssert.AreNotEqual(right, first);
        CollectionAssert.AreNotEqual(first, second);
    }

    [TestMethod]
    public void An_unplugged_chip_hears_nothing_and_reads_FFh_and_the_bus_takes_its_time()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Chip.Statistics.Reset();
        long before = bench.Clock.Nanoseconds;
        bench.Chip.Faults.Unplugged = true;
        bench.WriteWord(0, 0x0A, 0x0FFF);
        bench.Exchange(0xFF);
        Assert.IsTrue(bench.ReadOn(100).All(octet => octet == 0xFF));
        Assert.AreEqual(6, bench.Chip.Statistics.Operations);
        Assert.AreEqual(8 + 1 + 101, bench.Chip.Statistics.Octets);
        Assert.AreEqual(0, bench.Chip.Statistics.SystemReset, "the chip heard none of it");
        Assert.AreEqual((110 * 400) + (6 * 310), bench.Clock.Nanoseconds - before);
        bench.Chip.Faults.Miso = MisoFault.StuckLow;
        Assert.AreEqual(0x00, bench.Eth(0x1D));
        bench.Chip.Faults.Clear();
        Assert.AreEqual(0x17FF, bench.EthWord(0, 0x0A));
        bench.AssertClean();
    }

    [TestMethod]
    public void An_unplugged_chip_goes_on_receiving_and_asking()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.Set(ChipBench.Eie, 0xC0);
        bench.Chip.Faults.Unplugged = true;
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.ReceiveAll();
        Assert.IsTrue(bench.Chip.InterruptPinLow);
        bench.Chip.Faults.Unplugged = false;
        Assert.AreEqual(1, bench.PacketCount());
    }

    [TestMethod]
    public void Faults_cost_no_time_and_no_operation()
    {
        ChipBench good = new();
        ChipBench bad = new();
        good.WaitUntilReady();
        bad.WaitUntilReady();
        bad.Chip.Faults.MisoBitErrors = Always;
        bad.Chip.Faults.MosiBitErrors = Always;
        bad.Chip.Faults.Miso = MisoFault.Open;
        for (int i = 0; i < 100; i++)
        {
            good.Exchange(0x1D, 0, 0);
            bad.Exchange(0x1D, 0, 0);
            good.ReadOn(i);
            bad.ReadOn(i);
        }

        Assert.AreEqual(good.Clock.Nanoseconds, bad.Clock.Nanoseconds);
        Assert.AreEqual(good.Chip.Statistics.Operations, bad.Chip.Statistics.Operations);
        Assert.AreEqual(good.Chip.Statistics.Octets, bad.Chip.Statistics.Octets);
    }

    [TestMethod]
    public void The_same_seed_makes_the_same_faults()
    {
        CollectionAssert.AreEqual(Noise(5), Noise(5));
        CollectionAssert.AreNotEqual(Noise(5), Noise(6));
    }

    [TestMethod]
    public void The_last_disturbance_is_told_with_its_time()
    {
        ChipBench bench = new();
        Assert.AreEqual(-1, bench.Chip.Faults.LastDisturbance);
        bench.WaitUntilReady();
        bench.Chip.Faults.MisoBitErrors = Always;
        bench.Eth(ChipBench.Estat);
        long at = bench.Clock.Nanoseconds;
        bench.Chip.Faults.Clear();
        bench.Wait(1_000_000);
        bench.Eth(ChipBench.Estat);
        Assert.IsTrue(at - bench.Chip.Faults.LastDisturbance is >= 0 and < 2_000);
        Assert.AreEqual(1, bench.Chip.Faults.Disturbances);
    }

    private static byte[] Noise(ulong seed)
    {
        ChipBench bench = new(new Enc28j60ChipOptions { FaultSeed = seed });
        bench.WaitUntilReady();
        bench.Chip.Faults.MisoBitErrors = 500_000;
        bench.Chip.Faults.MosiBitErrors = 100_000;
        return Enumerable.Range(0, 200).SelectMany(_ => bench.Exchange(0x3A, 0, 0, 0, 0)).ToArray();
    }
}
