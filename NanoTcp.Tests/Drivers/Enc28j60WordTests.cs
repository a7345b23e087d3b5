using NanoTcp.Emulation;

namespace NanoTcp.Tests.Drivers;

/// <summary>
/// The adapter for the device sends an operation of two octets without allocating, and any other one with some 200 octets
/// of temporaries (docs/memory.md): so nearly all operations have two octets.
/// </summary>
[TestClass]
public sealed class Enc28j60WordTests : Enc28j60TestBase
{
    [TestMethod]
    [DataRow(60, 1)]
    [DataRow(1514, 2)]
    public void Of_the_operations_of_a_received_frame_one_or_two_have_more_than_two_octets(int length, int expected)
    {
        DriverBench bench = Started();
        bench.Receive(1);
        SpiStatistics bus = bench.Chip.Statistics;
        byte[] frame = DriverBench.Frame(length, 1);
        const int Frames = 100;
        bus.Reset();
        for (int i = 0; i < Frames; i++)
        {
            bench.Port.Enqueue(frame);
            bench.Pass(1300);
            Assert.AreEqual(length, bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity));
            Assert.AreEqual(0, bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity));
        }

        AssertLong(bus, expected * Frames);
    }

    [TestMethod]
    [DataRow(60)]
    [DataRow(1514)]
    public void Of_the_operations_of_a_sent_frame_one_has_more_than_two_octets(int length)
    {
        DriverBench bench = Started();
        bench.Receive(1);
        SpiStatistics bus = bench.Chip.Statistics;
        byte[] buffer = new byte[DriverBench.Offset + length];
        const int Frames = 100;
        bus.Reset();
        for (int i = 0; i < Frames; i++)
        {
            Assert.IsTrue(bench.Driver.Send(buffer, DriverBench.Offset, length));
            bench.Pass(1300);
            bench.Driver.Poll(bench.Clock.Milliseconds);
            Assert.IsTrue(bench.Driver.CanSend);
            bench.Port.TakeArrived();
        }

        AssertLong(bus, Frames);
    }

    /// <summary>Accesses to the buffer memory are the long ones, and the octets show that all others have two.</summary>
    private static void AssertLong(SpiStatistics bus, long expected)
    {
        long accesses = bus.ReadBufferMemory + bus.WriteBufferMemory;
        Assert.AreEqual(expected, accesses);
        Assert.AreEqual((2 * (bus.Operations - accesses)) + accesses + bus.BufferOctetsRead + bus.BufferOctetsWritten, bus.Octets);
    }
}
