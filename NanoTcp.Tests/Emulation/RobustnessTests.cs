using System;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

[TestClass]
public class RobustnessTests
{
    [TestMethod]
    public void Random_octets_and_random_frames_make_violations_and_never_an_exception()
    {
        for (int seed = 1; seed <= 20; seed++)
        {
            Random random = new(seed);
            ChipBench bench = new(new Enc28j60ChipOptions { ChipSelectHoldNanoseconds = random.Next(100, 400) });
            if (seed % 2 == 0)
            {
                bench.Initialise();
            }

            try
            {
                for (int i = 0; i < 4_000; i++)
                {
                    Step(bench, random);
                }
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}: {error}");
            }

            Assert.IsTrue(bench.Chip.Violations.Total > 0, $"seed {seed}");
            bench.Exchange(0xBE, 0x20);
            bench.WaitUntilReady();
            bench.Exchange(0xFF);
            bench.Chip.Violations.Clear();
            bench.Port.Incoming.Clear();
            bench.Port.LinkUp = true;
            bench.Initialise();
            bench.Clear(ChipBench.Eir, 0x7B);
            bench.ReceiveAll();
            while (bench.PacketCount() > 0)
            {
                bench.Set(ChipBench.Econ2, 0x40);
            }

            // A frame that was on the wire during the reset may have come in behind it.
            bench.WriteWord(0, 0x00, bench.EthWord(0, 0x0E));
            byte[] frame = ChipBench.Frame(100, seed: seed);
            bench.Port.Incoming.Enqueue(frame);
            bench.ReceiveAll();
            CollectionAssert.AreEqual(frame, bench.TakePacket().Frame[..100], $"seed {seed}: not healthy after a reset");
        }
    }

    private static void Step(ChipBench bench, Random random)
    {
        switch (random.Next(8))
        {
            case 0:
                bench.Clock.Advance(random.NextInt64(3_000_000));
                bench.Chip.Update();
                break;
            case 1:
                byte[] frame = new byte[random.Next(1, 1700)];
                random.NextBytes(frame);
                if (frame.Length >= 14 && random.Next(3) != 0)
                {
                    ChipBench.Station.CopyTo(frame, 0);
                }

                bench.Port.Incoming.Enqueue(frame);
                break;
            case 2:
                // A well-formed register operation finds more states than noise does.
                byte[] opcodes = [0x00, 0x40, 0x80, 0xA0];
                bench.Exchange((byte)(opcodes[random.Next(4)] | random.Next(0x20)), (byte)random.Next(256), 0);
                break;
            case 3:
                bench.Exchange((byte)(0x80 | ChipBench.Econ1), (byte)(1 << random.Next(8)));
                break;
            case 4:
                bench.Exchange((byte)(0xA0 | ChipBench.Econ1), (byte)(1 << random.Next(8)));
                break;
            case 5:
                bench.Exchange(random.Next(2) == 0 ? (byte)0xBE : (byte)0x9E, (byte)random.Next(256));
                break;
            case 6:
                bench.Port.LinkUp = random.Next(4) != 0;
                break;
            default:
                byte[] octets = new byte[random.Next(1, 600)];
                random.NextBytes(octets);
                if (random.Next(2) == 0)
                {
                    octets[0] = random.Next(2) == 0 ? (byte)0x3A : (byte)0x7A;
                }

                bench.Chip.Transfer(octets, 0, octets.Length);
                _ = bench.Chip.InterruptPinLow;
                Assert.IsTrue(bench.Chip.NanosecondsToNextEvent >= 0);
                break;
        }
    }
}
