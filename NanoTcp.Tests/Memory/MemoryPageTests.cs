using System;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Tcp;
using NanoTcp.Tests.Architecture;

namespace NanoTcp.Tests.Memory;

/// <summary>docs/memory.md says what the options cost, and says it truly.</summary>
[TestClass]
public class MemoryPageTests
{
    private const int Limit = 28 * 1024;

    [TestMethod]
    public void The_stack_and_the_driver_take_less_than_28_KB_with_default_options()
    {
        MemoryTotals totals = MemoryTotals.Weigh(MakeLink(), _ => { });
        Assert.IsTrue(totals.Total < Limit, $"{totals}");
        Assert.IsTrue(totals.Stack > 4 * 2 * 2048, "the rings of four connections were not found");
        Assert.IsTrue(totals.Driver > 500, "the driver was not found");
    }

    [TestMethod]
    [DataRow(TcpCongestionControl.NewReno)]
    [DataRow(TcpCongestionControl.Cubic)]
    public void A_connection_takes_at_most_900_octets_beside_its_two_rings(TcpCongestionControl algorithm)
    {
        int each = PriceOfOne((options, more) =>
        {
            options.CongestionControl = algorithm;
            options.Connections += more;
        });
        int rings = 2 * new DeviceMemory(typeof(NetworkStack).Assembly).Add(new byte[new NetworkStackOptions().ReceiveBuffer]);
        Assert.IsLessThanOrEqualTo(900, each - rings);
    }

    [TestMethod]
    public void A_handshake_takes_at_most_100_octets()
    {
        Assert.IsLessThanOrEqualTo(100, PriceOfOne((options, more) => options.HalfOpen += more));
    }

    [TestMethod]
    public void A_connection_in_TIME_WAIT_takes_at_most_60_octets()
    {
        Assert.IsLessThanOrEqualTo(60, PriceOfOne((options, more) => options.TimeWaits += more));
    }

    [TestMethod]
    [DataRow(TcpCongestionControl.None, 0)]
    [DataRow(TcpCongestionControl.Cubic, 24)]
    public void Congestion_control_costs_what_the_page_says(TcpCongestionControl algorithm, int octets)
    {
        // The one object that serves all connections has no fields, whichever it is.
        int reno = MemoryTotals.Weigh(MakeLink(), _ => { }).Stack;
        int other = MemoryTotals.Weigh(MakeLink(), options => options.CongestionControl = algorithm).Stack;
        Assert.AreEqual(octets * new NetworkStackOptions().Connections, other - reno);
    }

    [TestMethod]
    public void The_page_holds_the_measured_table()
    {
        HeldPage.AssertHolds("memory.md", "measured", MemoryTable.Text(MakeLink));
    }

    /// <summary>The price of one of many, so that the rounding of arrays does not matter.</summary>
    private static int PriceOfOne(Action<NetworkStackOptions, int> add)
    {
        const int Many = 60;
        int before = MemoryTotals.Weigh(MakeLink(), options => add(options, 0)).Stack;
        int after = MemoryTotals.Weigh(MakeLink(), options => add(options, Many)).Stack;
        return (after - before + Many - 1) / Many;
    }

    private static Enc28j60Driver MakeLink()
    {
        return new Enc28j60Driver(new NoBus(), 0x020000000001, new Enc28j60Options());
    }

    /// <summary>A bus with nothing on it: the driver's memory is taken before it looks.</summary>
    private sealed class NoBus : ISpiBus
    {
        public void Transfer(byte[] buffer, int offset, int count)
        {
        }

        public void Write(byte[] buffer, int offset, int count)
        {
        }
    }
}
