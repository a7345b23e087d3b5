using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Tcp;

/// <summary>Connection requests from addresses that nobody has: clients and connections go on (RFC 4987).</summary>
[TestClass]
public sealed class FloodTests : TraceTest
{
    private const uint Silent = StackBench.Subnet + 10;
    private const uint Elsewhere = 0x08000000;
    private const uint Router = StackBench.Subnet + 3;

    [TestMethod]
    [Requirement("RFC 4987", "3.4")]
    public void A_client_gets_in_although_requests_from_everywhere_fill_the_table()
    {
        Listen(options => options.Gateway = Router);
        Flood(Elsewhere, 100);
        T.Check(8, T.Stack.HalfOpenCount, "half open");
        Counted(StackCounter.TcpSynCookiesSent, 92);
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 win 0 mss 1460");
        Flood(Elsewhere + 100, 100);
        Send("ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 1 win 2048");
        Accept();
        Is(TcpState.Established);
        T.Check(8, T.Stack.HalfOpenCount, "half open");
        Counted(StackCounter.TcpSynCookiesAccepted, 1);
        Counted(StackCounter.TcpHalfOpenDrops, 0);
    }

    [TestMethod]
    public void A_slow_client_that_had_a_record_gets_in_after_the_flood_has_taken_it()
    {
        Listen(options => options.Gateway = Router);
        Flood(Elsewhere, 9);

        // Three SYN,ACKs to the first eight were in vain, so the ninth client gets a record; but not for long.
        At(3000);
        T.Bench.Sent.Clear();
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 win 0 mss 1460");
        Counted(StackCounter.TcpSynCookiesSent, 1);
        for (int second = 4; second < 8; second++)
        {
            At(second * 1000);
            T.Bench.Sent.Clear();
            Flood(Elsewhere + ((uint)second * 16), 16);
        }

        // The client's acknowledgment took seven seconds.
        Send("ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 1 win 2048");
        Accept();
        Is(TcpState.Established);
        Counted(StackCounter.TcpSynCookiesAccepted, 1);
    }

    [TestMethod]
    public void A_request_is_answered_though_others_come_behind_it_in_the_same_poll()
    {
        Listen(options => options.Gateway = Router);
        Flood(Elsewhere, 8);
        Learn(StackBench.PeerAddress);
        T.Bench.Link.Deliver(T.Build(TraceSegment.Parse("SYN seq 0 win 4000 mss 1000")));
        T.Bench.Link.Deliver(Request(Elsewhere + 100));
        T.Bench.Poll();
        Expect("SYN,ACK seq 0 ack 1 win 0 mss 1460");
        T.Bench.Sent.Clear();
        Send("ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 1 win 2048");
        Accept();
        Is(TcpState.Established);
    }

    [TestMethod]
    public void A_client_whose_answer_is_out_stays_while_requests_wait_for_neighbours_that_nobody_is()
    {
        Listen();
        Flood(Silent, 100);
        T.Check(8, T.Stack.HalfOpenCount, "half open");
        Learn(StackBench.PeerAddress);
        T.Bench.Sent.Clear();
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 win 0 mss 1460");
        Flood(Silent + 100, 50);
        Send("ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 1 win 2048");
        Accept();
        Is(TcpState.Established);
    }

    [TestMethod]
    public void A_connection_goes_on_while_requests_come_from_neighbours_that_nobody_is()
    {
        OpenPassive();
        for (int second = 0; second < 20; second++)
        {
            At(second * 1000);
            Flood(Silent + ((uint)second * 8), 8);
        }

        Write(100);
        Expect("ACK,PSH seq 1 ack 1 len 100");
        Send("ACK seq 1 ack 101");
    }

    [TestMethod]
    public void All_requests_from_neighbours_that_nobody_is_are_given_up_though_the_cache_is_full_of_neighbours()
    {
        Listen(options => options.HalfOpen = 32);
        T.Bench.FirstSilent = Silent;
        for (uint i = 0; i < 8; i++)
        {
            Learn(StackBench.Subnet + 3 + (i % 7));
        }

        Flood(Silent, 32);
        T.Check(32, T.Stack.HalfOpenCount, "half open");
        At(200_000);
        T.Check(0, T.Stack.HalfOpenCount, "half open");
        Counted(StackCounter.TcpAttemptFails, 32);
    }

    /// <summary>Requests from so many addresses, whose answers nobody looks at.</summary>
    private void Flood(uint first, int count)
    {
        T.Bench.FirstSilent = Silent;
        for (uint i = 0; i < count; i++)
        {
            uint source = first + i;
            T.SendFrame($"SYN from {source:X8}", Request(source));
            T.Bench.Sent.Clear();
        }
    }

    private static byte[] Request(uint source)
    {
        byte[] segment = Frames.TcpSegment(
            source, StackBench.OwnAddress, 1024, Trace.ListenPort, source, 0, TraceSegment.Syn, 4000, [], []);
        return Frames.Ethernet(
            StackBench.OwnMac,
            StackBench.MacOf(Router),
            Frames.TypeIpv4,
            Frames.Ipv4(source, StackBench.OwnAddress, Frames.Tcp, segment));
    }

    /// <summary>A neighbour asks for the stack, and is known.</summary>
    private void Learn(uint address)
    {
        T.SendFrame(
            $"ARP from {address:X8}",
            Frames.Ethernet(
                StackBench.OwnMac,
                StackBench.MacOf(address),
                Frames.TypeArp,
                Frames.Arp(Frames.ArpRequest, StackBench.MacOf(address), address, 0, StackBench.OwnAddress)));
    }
}
