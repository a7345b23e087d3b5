using System;
using System.Collections.Generic;
using System.Linq;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

/// <summary>Every rule that the chip watches, broken once.</summary>
[TestClass]
public class ViolationTests
{
    private static readonly Dictionary<ViolationKind, Action<ChipBench>> s_provocations = new()
    {
        [ViolationKind.UndefinedOpcode] = bench => bench.Exchange(0x3B, 0x00),
        [ViolationKind.IncompleteOperation] = bench => bench.Exchange(0x5B),
        [ViolationKind.SurplusOctets] = bench => bench.Exchange(0x5B, 0x00, 0x00),
        [ViolationKind.ReservedRegister] = bench => bench.Eth(0x1A),
        [ViolationKind.BitOperationOnMacRegister] = bench =>
        {
            bench.Bank(2);
            bench.Set(0x02, 0x01);
        },
        [ViolationKind.MacReadWithoutDummyOctet] = bench =>
        {
            bench.Bank(2);
            bench.Exchange(0x02, 0x00);
        },
        [ViolationKind.AccessBeforeClockReady] = bench =>
        {
            bench.Chip.PowerCycle();
            bench.Mac(2, 0x02);
        },
        [ViolationKind.AccessTooSoonAfterReset] = bench =>
        {
            bench.Exchange(0xFF);
            bench.Mac(2, 0x02);
        },
        [ViolationKind.AccessInPowerSave] = bench =>
        {
            bench.Set(ChipBench.Econ2, 0x20);
            bench.Mac(2, 0x02);
        },
        [ViolationKind.ResetInPowerSave] = bench =>
        {
            bench.Set(ChipBench.Econ2, 0x20);
            bench.Exchange(0xFF);
        },
        [ViolationKind.PowerSaveWhileActive] = bench =>
        {
            bench.Set(ChipBench.Econ1, 0x04);
            bench.Set(ChipBench.Econ2, 0x20);
        },
        [ViolationKind.WholeWriteOfSharedRegister] = bench => bench.Exchange(0x5C, 0x00),
        [ViolationKind.ReservedBits] = bench => bench.WritePhy(0x14, 0x0476),
        [ViolationKind.EvenReceiveReadPointer] = bench => bench.WriteWord(0, 0x0C, 0x0000),
        [ViolationKind.ReceiveReadPointerOutsideRing] = bench =>
        {
            bench.Set(ChipBench.Econ1, 0x04);
            bench.WriteWord(0, 0x0C, 0x1801);
        },
        [ViolationKind.ReceiveRingMisaligned] = bench =>
        {
            bench.WriteWord(0, 0x0C, 0x17FD);
            bench.WriteWord(0, 0x0A, 0x17FE);
            bench.Set(ChipBench.Econ1, 0x04);
        },
        [ViolationKind.ReceiveStartNotZero] = bench =>
        {
            bench.WriteWord(0, 0x08, 0x0100);
            bench.Set(ChipBench.Econ1, 0x04);
        },
        [ViolationKind.ReceiveRingChangedWhileReceiving] = bench =>
        {
            bench.Set(ChipBench.Econ1, 0x04);
            bench.WriteWord(0, 0x0A, 0x17FF);
        },
        [ViolationKind.FilterChangedWhileReceiving] = bench =>
        {
            bench.Set(ChipBench.Econ1, 0x04);
            bench.Write(1, 0x18, 0xA5);
        },
        [ViolationKind.DuplexChangedWhileReceiving] = bench =>
        {
            bench.Set(ChipBench.Econ1, 0x04);
            bench.Write(2, 0x02, 0x33);
        },
        [ViolationKind.DuplexMismatch] = bench =>
        {
            bench.Write(2, 0x02, 0x33);
            bench.Set(ChipBench.Econ1, 0x04);
        },
        [ViolationKind.ReceiveWithoutMac] = bench =>
        {
            bench.Write(2, 0x00, 0x00);
            bench.Set(ChipBench.Econ1, 0x04);
        },
        [ViolationKind.PacketDecrementAtZero] = bench => bench.Set(ChipBench.Econ2, 0x40),
        [ViolationKind.ReadBeyondPacket] = bench =>
        {
            bench.Set(ChipBench.Econ1, 0x04);
            bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
            bench.ReceiveAll();
            bench.ReadMemory(0x0000, 71);
        },
        [ViolationKind.WriteIntoReceiveRing] = bench =>
        {
            bench.Set(ChipBench.Econ1, 0x04);
            bench.WriteMemory(0x17FF, 0x00);
        },
        [ViolationKind.TransmitPointerChanged] = bench =>
        {
            bench.StartSending(ChipBench.Frame(60));
            bench.WriteWord(0, 0x06, 0x1900);
        },
        [ViolationKind.TransmitBufferTouched] = bench =>
        {
            bench.StartSending(ChipBench.Frame(60));
            bench.ReadMemory(0x1800 + 61, 7);
        },
        [ViolationKind.TransmitAlreadyRunning] = bench =>
        {
            bench.StartSending(ChipBench.Frame(60));
            bench.Set(ChipBench.Econ1, 0x08);
        },
        [ViolationKind.TransmitInReset] = bench =>
        {
            bench.Set(ChipBench.Econ1, 0x80);
            bench.StartSending(ChipBench.Frame(60));
        },
        [ViolationKind.TransmitStalled] = bench =>
        {
            bench.StartSending(ChipBench.Frame(60));
            bench.Clear(ChipBench.Econ1, 0x08);
            bench.Set(ChipBench.Econ1, 0x08);
        },
        [ViolationKind.TransmitFrameTooShort] = bench => bench.StartSending(ChipBench.Frame(14)[..13]),
        [ViolationKind.TransmitOverlapsReceiveRing] = bench => bench.StartSending(ChipBench.Frame(60), address: 0x1FBE),
        [ViolationKind.PaddingWithoutCrc] = bench =>
        {
            bench.Write(2, 0x02, 0x22);
            bench.StartSending(ChipBench.Frame(60));
        },
        [ViolationKind.MiiBusy] = bench =>
        {
            bench.Write(2, 0x12, 0x01);
            bench.Write(2, 0x14, 0x02);
        },
        [ViolationKind.MiiDataReadWhileBusy] = bench =>
        {
            bench.Write(2, 0x12, 0x01);
            bench.Mac(2, 0x18);
        },
        [ViolationKind.MiiWriteHighWithoutLow] = bench => bench.Write(2, 0x17, 0x00),
        [ViolationKind.DmaChecksumWhileReceiving] = bench =>
        {
            bench.Set(ChipBench.Econ1, 0x04);
            bench.Set(ChipBench.Econ1, 0x30);
        },
        [ViolationKind.DmaSingleOctetCopy] = bench => bench.Set(ChipBench.Econ1, 0x20),
        [ViolationKind.DmaEndUnreachable] = bench =>
        {
            bench.WriteWord(0, 0x12, 0x1900);
            bench.Set(ChipBench.Econ1, 0x20);
        },
        [ViolationKind.DmaPointerChanged] = bench =>
        {
            bench.WriteWord(0, 0x12, 0x0800);
            bench.Set(ChipBench.Econ1, 0x20);
            bench.WriteWord(0, 0x12, 0x0801);
        },
        [ViolationKind.PacketTakenUnannounced] = bench =>
        {
            bench.Set(ChipBench.Econ1, 0x04);
            bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
            bench.ReceiveAll();
            Assert.AreEqual(0x40, bench.Eth(ChipBench.Eir), "PKTIF");
            bench.Set(ChipBench.Econ2, 0x40);
        },
        [ViolationKind.WritePointerReadAlone] = bench =>
        {
            bench.Set(ChipBench.Econ1, 0x04);
            bench.EthWord(0, 0x0E);
        },
        [ViolationKind.ResetTooSoon] = bench =>
        {
            PulseReset(bench, 400);
            bench.Clock.Advance(1_999);
            PulseReset(bench, 400);
        },
        [ViolationKind.SelfTestWhileActive] = bench =>
        {
            bench.Set(ChipBench.Econ1, 0x04);
            bench.Write(3, 0x07, 0x07);
        },
        [ViolationKind.SelfTestDisturbed] = bench =>
        {
            bench.Write(3, 0x07, 0x07);
            bench.Write(3, 0x06, 0x01);
        },
        [ViolationKind.SelfTestWithoutTestMode] = bench => bench.Write(3, 0x07, 0x05),
        [ViolationKind.UnknownPhyRegister] = bench => bench.WritePhy(0x15, 0x0000),
    };

    [TestMethod]
    public void Every_rule_is_noticed_when_it_is_broken_and_nothing_else_is()
    {
        foreach (ViolationKind kind in Enum.GetValues<ViolationKind>())
        {
            if (kind == ViolationKind.ChipSelectHoldTooShort)
            {
                continue;
            }

            ChipBench bench = new();
            bench.Initialise(receive: false);
            bench.AssertClean();
            s_provocations[kind](bench);
            bench.AssertOnly(kind);
        }
    }

    [TestMethod]
    public void A_read_of_EPKTCNT_announces_as_many_packets_as_it_says_and_no_more()
    {
        ChipBench bench = new();
        bench.Initialise();
        for (int i = 0; i < 3; i++)
        {
            bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        }

        bench.ReceiveAll();
        Assert.AreEqual(3, bench.PacketCount());
        bench.Port.Incoming.Enqueue(ChipBench.Frame(60));
        bench.ReceiveAll();
        for (int i = 0; i < 3; i++)
        {
            bench.Set(ChipBench.Econ2, 0x40);
        }

        bench.AssertClean();
        bench.Set(ChipBench.Econ2, 0x40);
        bench.AssertOnly(ViolationKind.PacketTakenUnannounced);
        Assert.AreEqual(0, bench.PacketCount(), "it is counted off all the same");
        bench.Chip.Violations.Clear();
        bench.Set(ChipBench.Econ2, 0x40);
        bench.AssertOnly(ViolationKind.PacketDecrementAtZero);
        Assert.AreEqual(0, bench.PacketCount(), "EPKTCNT does not go below 0");
    }

    [TestMethod]
    public void ERXWRPT_wants_EPKTCNT_right_before_it_and_right_after_it_while_receiving()
    {
        ChipBench bench = new();
        bench.Initialise();
        bench.PacketCount();
        bench.EthWord(0, 0x0E);
        bench.PacketCount();
        bench.EthWord(0, 0x0E);
        bench.PacketCount();
        bench.AssertClean();

        bench.EthWord(0, 0x0E);
        bench.AssertClean();
        bench.Eth(ChipBench.Eir);
        bench.AssertOnly(ViolationKind.WritePointerReadAlone);
        Assert.AreEqual(1, bench.Chip.Violations.Total, "nothing came after it");

        bench.PacketCount();
        bench.Eth(ChipBench.Eir);
        bench.EthWord(0, 0x0E);
        bench.PacketCount();
        Assert.AreEqual(2, bench.Chip.Violations.Total, "not right before it");

        bench.Clear(ChipBench.Econ1, 0x04);
        bench.EthWord(0, 0x0E);
        bench.Eth(ChipBench.Eir);
        Assert.AreEqual(2, bench.Chip.Violations.Total, "nothing can come in between");
    }

    [TestMethod]
    public void A_rule_that_can_be_broken_in_more_than_one_way_is_noticed_in_all_of_them()
    {
        (ViolationKind Kind, string How, Action<ChipBench> Provoke)[] ways =
        [
            (ViolationKind.BitOperationOnMacRegister, "BFC MACON1", bench => OnBank(bench, 2).Clear(0x00, 0x01)),
            (ViolationKind.BitOperationOnMacRegister, "BFS MICMD", bench => OnBank(bench, 2).Set(0x12, 0x01)),
            (ViolationKind.BitOperationOnMacRegister, "BFS MAADR1", bench => OnBank(bench, 3).Set(0x04, 0x02)),
            (ViolationKind.MacReadWithoutDummyOctet, "MAADR1", bench => OnBank(bench, 3).Exchange(0x04, 0x00)),
            (ViolationKind.MacReadWithoutDummyOctet, "MISTAT", bench => OnBank(bench, 3).Exchange(0x0A, 0x00)),
            (ViolationKind.ReservedRegister, "1Ah in bank 3", bench => OnBank(bench, 3).Exchange(0x5A, 0x00)),
            (ViolationKind.ReservedRegister, "17h in bank 1", bench => OnBank(bench, 1).Eth(0x17)),
            (ViolationKind.ReservedRegister, "0Dh in bank 2", bench => OnBank(bench, 2).Exchange(0x4D, 0x00)),
            (ViolationKind.WholeWriteOfSharedRegister, "WCR ECON1", bench => bench.Exchange(0x5F, 0x00)),
            (ViolationKind.AccessBeforeClockReady, "RXEN", bench => PoweredOn(bench).Set(ChipBench.Econ1, 0x04)),
            (ViolationKind.AccessTooSoonAfterReset, "the PHY after 50 us", bench =>
            {
                bench.Exchange(0xFF);
                bench.Wait(50_000);
                bench.Write(2, 0x14, 0x02);
            }),
            (ViolationKind.EvenReceiveReadPointer, "at RXEN", bench =>
            {
                bench.WriteWord(0, 0x0C, 0x0002);
                bench.Chip.Violations.Clear();
                bench.Set(ChipBench.Econ1, 0x04);
            }),
            (ViolationKind.ReceiveRingChangedWhileReceiving, "ERXST", bench => Receiving(bench).Write(0, 0x09, 0x00)),
            (ViolationKind.FilterChangedWhileReceiving, "the address", bench => Receiving(bench).Write(3, 0x01, 0x57)),
            (ViolationKind.FilterChangedWhileReceiving, "the hash table", bench => Receiving(bench).Write(1, 0x07, 0x01)),
            (ViolationKind.FilterChangedWhileReceiving, "the pattern", bench => Receiving(bench).Write(1, 0x08, 0x01)),
            (ViolationKind.DuplexChangedWhileReceiving, "PHCON1", bench => Receiving(bench).WritePhy(0x00, 0x0100)),
            (ViolationKind.DuplexMismatch, "the other way round", bench =>
            {
                bench.WritePhy(0x00, 0x0100);
                bench.Set(ChipBench.Econ1, 0x04);
            }),
            (ViolationKind.TransmitPointerChanged, "ETXST", bench => Sending(bench).Write(0, 0x04, 0x02)),
            (ViolationKind.TransmitPointerChanged, "MACON3", bench => Sending(bench).Write(2, 0x02, 0x30)),
            (ViolationKind.TransmitPointerChanged, "MAMXFL", bench => Sending(bench).Write(2, 0x0A, 0x00)),
            (ViolationKind.TransmitBufferTouched, "the frame written", bench => Sending(bench).WriteMemory(0x1810, 0x00)),
            (ViolationKind.TransmitBufferTouched, "the frame read", bench => Sending(bench).ReadMemory(0x1810, 1)),
            (ViolationKind.TransmitBufferTouched, "the vector written", bench => Sending(bench).WriteMemory(0x1800 + 61, 0x00)),
            (ViolationKind.TransmitAlreadyRunning, "while it hangs", bench =>
            {
                bench.Chip.Faults.StuckTransmissions = 1_000_000;
                Sending(bench).Wait(1_000_000);
                bench.Set(ChipBench.Econ1, 0x08);
            }),
            (ViolationKind.TransmitOverlapsReceiveRing, "only the vector", bench => bench.StartSending(ChipBench.Frame(60), address: 0x1FC0)),
            (ViolationKind.MiiBusy, "a second read", bench =>
            {
                bench.Write(2, 0x12, 0x01);
                bench.Write(2, 0x12, 0x03);
            }),
            (ViolationKind.MiiBusy, "a write after a read", bench =>
            {
                bench.Write(2, 0x16, 0x00);
                bench.Write(2, 0x12, 0x01);
                bench.Write(2, 0x17, 0x00);
            }),
            (ViolationKind.DmaEndUnreachable, "a checksum over the ring's end", bench =>
            {
                bench.WriteWord(0, 0x10, 0x17F0);
                bench.WriteWord(0, 0x12, 0x1810);
                bench.Set(ChipBench.Econ1, 0x30);
            }),
            (ViolationKind.ResetInPowerSave, "right before the end of it", bench =>
            {
                bench.Set(ChipBench.Econ2, 0x20);
                bench.Wait(1_000_000_000);
                bench.Exchange(0xFF);
                bench.Clear(ChipBench.Econ2, 0x20);
            }),
        ];
        foreach ((ViolationKind kind, string how, Action<ChipBench> provoke) in ways)
        {
            ChipBench bench = new();
            bench.Initialise(receive: false);
            bench.AssertClean();
            provoke(bench);
            Assert.AreEqual(1, bench.Chip.Violations.Total, $"{kind}, {how}: {bench.Chip.Violations}");
            Assert.AreEqual(kind, bench.Chip.Violations.GetEntry(0).Kind, how);
        }
    }

    [TestMethod]
    public void A_ring_that_begins_at_an_odd_address_is_misaligned_too()
    {
        ChipBench bench = new();
        bench.Initialise(receive: false);
        bench.WriteWord(0, 0x08, 0x0001);
        bench.Set(ChipBench.Econ1, 0x04);
        Assert.IsTrue(bench.Chip.Violations.ToList().Exists(each => each.Kind == ViolationKind.ReceiveRingMisaligned));
        Assert.IsTrue(bench.Chip.Violations.ToList().Exists(each => each.Kind == ViolationKind.ReceiveStartNotZero));
        Assert.AreEqual(2, bench.Chip.Violations.Total);
    }

    [TestMethod]
    public void Reserved_values_are_noticed_where_they_are_written()
    {
        foreach (int phlcon in new[] { 0x0476, 0x7476, 0x3076, 0x3676, 0x3F76, 0x3406, 0x3466, 0x34F6, 0x347E, 0x3477 })
        {
            ChipBench bench = new();
            bench.Initialise(receive: false);
            bench.WritePhy(0x14, phlcon);
            bench.AssertOnly(ViolationKind.ReservedBits);
        }

        foreach (int ecocon in new[] { 6, 7 })
        {
            ChipBench bench = new();
            bench.Write(3, 0x15, ecocon);
            bench.AssertOnly(ViolationKind.ReservedBits);
        }

        ChipBench test = new();
        test.Write(3, 0x07, 0x0F);
        test.AssertOnly(ViolationKind.ReservedBits);
        ChipBench econ2 = new();
        econ2.Set(ChipBench.Econ2, 0x10);
        econ2.AssertOnly(ViolationKind.ReservedBits);
    }

    [TestMethod]
    public void A_chip_select_hold_of_less_than_210_ns_is_too_short_for_MAC_and_MII_registers_only()
    {
        ChipBench bench = new(new Enc28j60ChipOptions { ChipSelectHoldNanoseconds = 209 });
        bench.WaitUntilReady();
        bench.Eth(1, 0x18);
        bench.ReadMemory(0, 10);
        bench.AssertClean();
        bench.Mac(2, 0x02);
        bench.Write(3, 0x04, 0x02);
        bench.AssertOnly(ViolationKind.ChipSelectHoldTooShort);
        Assert.AreEqual(2, bench.Chip.Violations.Total);
    }

    [TestMethod]
    public void A_violation_tells_what_where_how_and_when()
    {
        ChipBench bench = new();
        bench.WaitUntilReady();
        bench.Bank(2);
        long before = bench.Clock.Nanoseconds;
        bench.Exchange(0x82, 0x01);
        Violation violation = bench.Chip.Violations.ToList().Single();
        Assert.AreEqual(ViolationKind.BitOperationOnMacRegister, violation.Kind);
        Assert.AreEqual("MACON3", violation.Location);
        Assert.AreEqual(0x42, violation.Address);
        Assert.AreEqual(0x82, violation.Opcode);
        Assert.AreEqual(before + 800, violation.Nanoseconds);
        StringAssert.Contains(violation.ToString(), violation.What);
    }

    [TestMethod]
    public void The_list_is_bounded_and_the_count_is_not()
    {
        ChipBench bench = new();
        for (int i = 0; i < 150; i++)
        {
            bench.Eth(0x1A);
        }

        Assert.AreEqual(100, bench.Chip.Violations.Count);
        Assert.AreEqual(150, bench.Chip.Violations.Total);
        bench.Chip.Violations.Clear();
        bench.AssertClean();
    }

    [TestMethod]
    public void Setting_bits_of_a_MAC_register_changes_nothing()
    {
        ChipBench bench = new();
        bench.Initialise(receive: false);
        bench.Bank(2);
        bench.Set(0x02, 0x01);
        bench.Clear(0x02, 0x32);
        Assert.AreEqual(0x32, bench.Mac(2, 0x02));
    }

    private static ChipBench OnBank(ChipBench bench, int bank)
    {
        bench.Bank(bank);
        return bench;
    }

    private static ChipBench PoweredOn(ChipBench bench)
    {
        // With everything but the clock as it should be.
        bench.Chip.PowerCycle();
        bench.WaitUntilReady();
        bench.Initialise(receive: false);
        bench.Set(ChipBench.Econ2, 0x20);
        bench.Clear(ChipBench.Econ2, 0x20);
        return bench;
    }

    private static ChipBench Receiving(ChipBench bench)
    {
        bench.Set(ChipBench.Econ1, 0x04);
        return bench;
    }

    private static ChipBench Sending(ChipBench bench)
    {
        bench.StartSending(ChipBench.Frame(60));
        return bench;
    }

    private static void PulseReset(ChipBench bench, long nanoseconds)
    {
        bench.Chip.ResetPinLow = true;
        bench.Clock.Advance(nanoseconds);
        bench.Chip.ResetPinLow = false;
    }
}
