using System;
using System.Collections.Generic;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

[TestClass]
public class FaultRobustnessTests
{
    [TestMethod]
    public void Random_octets_with_all_faults_at_once_never_make_an_exception_and_a_reset_heals_the_chip()
    {
        for (int seed = 1; seed <= 12; seed++)
        {
            ChipBench bench = Tormented(seed, 2_000, false, out _);
            bench.Chip.Faults.Clear();
            bench.Port.Incoming.Clear();
            bench.Port.LinkUp = true;
            bench.Exchange(0xBE, 0x20);
            bench.WaitUntilReady();
            bench.ReceiveAll();
            bench.Exchange(0xFF);
            bench.Chip.Violations.Clear();
            bench.Initialise();
            byte[] frame = ChipBench.Frame(100, seed: seed);
            bench.Port.Incoming.Enqueue(frame);
            bench.ReceiveAll();
            CollectionAssert.AreEqual(frame, bench.TakePacket().Frame[..100], $"seed {seed}: not healthy after a reset");
        }
    }

    [TestMethod]
    public void A_run_with_all_faults_repeats_octet_by_octet()
    {
        Tormented(3, 1_000, true, out List<byte> first);
        Tormented(3, 1_000, true, out List<byte> second);
        Tormented(4, 1_000, true, out List<byte> other);
        CollectionAssert.AreEqual(first, second);
        CollectionAssert.AreNotEqual(first, other);
    }

    [TestMethod]
    public void Nothing_is_allocated_with_all_faults_at_once()
    {
        ChipBench bench = new(new Enc28j60ChipOptions { Revision = 2, SpiClockHz = 4_000_000 });
        bench.Initialise();
        bench.Port.OnlyCount = true;
        byte[] frame = ChipBench.Frame(200);
        byte[] buffer = new byte[400];
        Turn(bench, frame, buffer, 50);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Turn(bench, frame, buffer, 500);
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.IsTrue(bench.Chip.Faults.Disturbances > 500);
    }

    private static void Turn(ChipBench bench, byte[] frame, byte[] buffer, int rounds)
    {
        for (int i = 0; i < rounds; i++)
        {
            if (i % 8 == 0)
            {
                TurnKnobs(bench.Chip, i / 8);
            }

            bench.Port.Incoming.Enqueue(frame);
            bench.Chip.Update();
            buffer[0] = 0x3A;
            bench.Chip.Transfer(buffer, 0, 300);
            buffer[0] = 0x7A;
            bench.Chip.Write(buffer, 0, 300);
            buffer[0] = 0x0A;
            bench.Chip.Transfer(buffer, 0, 3);
            buffer[0] = 0x9F;
            buffer[1] = 0x0C;
            bench.Chip.Write(buffer, 0, 2);
            bench.Clock.Advance(300_000);
            _ = bench.Chip.InterruptEdges;
            _ = bench.Chip.NanosecondsToNextEvent;
        }
    }

    private static ChipBench Tormented(int seed, int steps, bool slow, out List<byte> answers)
    {
        Random random = new(seed);
        ChipBench bench = new(new Enc28j60ChipOptions
        {
            FaultSeed = (ulong)seed,
            Revision = slow ? (byte)2 : (byte)6,
            SpiClockHz = slow ? 4_000_000 : 20_000_000,
        });
        bench.Initialise();
        answers = [];
        byte[] opcodes = [0x00, 0x40, 0x80, 0xA0];
        try
        {
            for (int i = 0; i < steps; i++)
            {
                switch (random.Next(7))
                {
                    case 0:
                        TurnKnobs(bench.Chip, random.Next(1_000));
                        break;
                    case 1:
                        byte[] frame = ChipBench.Frame(random.Next(14, 1600), seed: i);
                        bench.Port.Incoming.Enqueue(frame);
                        bench.Port.LinkUp = random.Next(8) != 0;
                        break;
                    case 2:
                        bench.Clock.Advance(random.NextInt64(3_000_000));
                        bench.Chip.Update();
                        break;
                    case 3:
                        byte[] octets = new byte[random.Next(1, 600)];
                        random.NextBytes(octets);
                        octets[0] = random.Next(3) switch { 0 => 0x3A, 1 => 0x7A, _ => octets[0] };
                        answers.AddRange(bench.Exchange(octets));
                        break;
                    case 4:
                        bench.Exchange((byte)(0x80 | ChipBench.Econ1), (byte)(1 << random.Next(8)));
                        break;
                    default:
                        answers.AddRange(bench.Exchange((byte)(opcodes[random.Next(4)] | random.Next(0x20)), (byte)random.Next(256), 0));
                        answers.Add(bench.Chip.InterruptPinLow ? (byte)1 : (byte)0);
                        Assert.IsTrue(bench.Chip.NanosecondsToNextEvent >= 0);
                        break;
                }
            }
        }
        catch (Exception error) when (error is not UnitTestAssertException)
        {
            Assert.Fail($"seed {seed}: {error}");
        }

        answers.Add((byte)bench.Chip.InterruptEdges);
        answers.Add((byte)bench.Chip.Faults.Disturbances);
        return bench;
    }

    /// <summary>Another mixture of everything, the one-shots included.</summary>
    private static void TurnKnobs(Enc28j60Chip chip, int mixture)
    {
        Enc28j60Faults faults = chip.Faults;
        faults.MisoBitErrors = 200_000;
        faults.MosiBitErrors = 200_000;
        faults.Miso = (MisoFault)(mixture % 11 <= 5 ? mixture % 11 : 0);
        faults.Unplugged = mixture % 7 == 1;
        faults.InterruptPin = (InterruptPinFault)(mixture % 5 <= 2 ? mixture % 5 : 0);
        faults.LostInterruptEdges = 300_000;
        faults.Collisions = 100_000;
        faults.LateCollisions = 100_000;
        faults.LinkPulseCollisions = 100_000;
        faults.StuckTransmissions = 100_000;
        faults.StuckTransmission = StuckTransmission.Any;
        faults.LostTransmitRequests = 100_000;
        faults.GarbageHeaders = 500_000;
        faults.ReceiveEnableLosses = 200_000;
        faults.PacketFlagLies = 300_000;
        faults.LinkFlapPeriodNanoseconds = mixture % 3 == 0 ? 0 : 5_000_000 + mixture;
        faults.LinkFlapNanoseconds = 1_000_000;
        switch (mixture % 13)
        {
            case 0:
                chip.BrownOut();
                break;
            case 1:
            case 2:
                chip.BrownOutAfter(mixture % 600);
                break;
            case 3:
                chip.LoseReceiveEnable();
                break;
            case 4:
                chip.LoseLink(2_000_000);
                break;
            case 5:
                chip.FloodPackets(300);
                break;
            case 6:
                chip.MiscountPackets(mixture % 256);
                break;
            default:
                break;
        }
    }
}
