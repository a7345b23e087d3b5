using NanoTcp.Tests.Udp;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;
using NanoTcp.Udp;

namespace NanoTcp.Tests.Ip;

/// <summary>
/// By which neighbour a packet leaves is remembered within one call of Poll. What changes that in the same call, as a lease that is
/// prolonged does, makes it forgotten.
/// </summary>
[TestClass]
public sealed class RouteChangeTests : UdpTest
{
    private const uint Far = 0x0A000105;
    private const uint FirstRouter = StackBench.Subnet + 201;
    private const uint SecondRouter = StackBench.Subnet + 202;

    [TestMethod]
    [DataRow(24, SecondRouter, SecondRouter, DisplayName = "another router")]
    [DataRow(16, FirstRouter, Far, DisplayName = "another prefix, in which the host is a neighbour")]
    [DataRow(24, FirstRouter, FirstRouter, DisplayName = "nothing but the same again")]
    public void An_answer_goes_the_way_that_is_right_when_it_is_sent(int prefixLength, uint gateway, uint expected)
    {
        Start(configure: options => options.Gateway = FirstRouter);
        _ = new Lease(B.Stack, prefixLength, gateway);
        Know(FirstRouter);
        Know(SecondRouter);
        Know(Far);
        B.Link.Deliver(FromPeer(Echo(10, Far), FirstRouter));
        B.Link.Deliver(FromPeer(Packet([1])));
        B.Link.Deliver(FromPeer(Echo(10, Far), FirstRouter));
        B.Poll();
        Assert.AreEqual(StackBench.MacOf(FirstRouter), Frames.Get48(Next(), 0), "the answer before");
        Assert.AreEqual(StackBench.MacOf(expected), Frames.Get48(Next(), 0), "the answer afterwards");
        Nothing();
    }

    /// <summary>A neighbour who has asked for this host is known.</summary>
    private void Know(uint address)
    {
        B.Deliver(Frames.Ethernet(
            Broadcast,
            StackBench.MacOf(address),
            Frames.TypeArp,
            Frames.Arp(Frames.ArpRequest, StackBench.MacOf(address), address, 0, StackBench.OwnAddress)));
    }

    /// <summary>Sets the address anew when a datagram comes, as a client of DHCP does.</summary>
    private sealed class Lease : UdpEndpoint
    {
        private readonly NetworkStack _stack;
        private readonly int _prefixLength;
        private readonly uint _gateway;

        internal Lease(NetworkStack stack, int prefixLength, uint gateway)
        {
            _stack = stack;
            _prefixLength = prefixLength;
            _gateway = gateway;
            LocalPort = Port;
            stack.Udp.Attach(this);
        }

        internal override void Process(UdpLayer udp, long now) => _stack.SetAddress(StackBench.OwnAddress, _prefixLength, _gateway);

        internal override bool Dispatch(UdpLayer udp, long now) => false;
    }
}
