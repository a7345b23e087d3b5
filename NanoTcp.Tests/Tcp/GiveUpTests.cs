using NanoTcp.Link;
using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 9293 3.8.3: R2, after which the user sees <em>timed out</em>, also when the link is down all the while.</summary>
[TestClass]
[Requirement("RFC 9293", "3.10.8")]
public sealed class GiveUpTests : TraceTest
{
    [TestMethod]
    [Requirement("RFC 9293", "MUST-20", "SHLD-11")]
    public void Data_out_when_the_link_fails_is_given_up_after_R2()
    {
        OpenPassive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        Link(LinkStatus.Down);
        At(119_999);
        Is(TcpState.Established);
        At(120_000);
        ExpectNothing();
        Ended(TcpEndReason.TimedOut);
        Counted(StackCounter.TcpGiveUps, 1);
    }

    [TestMethod]
    public void Data_written_while_the_link_is_down_is_given_up_after_R2()
    {
        OpenPassive();
        Link(LinkStatus.Down);
        At(1000);
        Write(10);
        At(120_999);
        Is(TcpState.Established);
        At(121_000);
        ExpectNothing();
        Ended(TcpEndReason.TimedOut);

        // The peer may be told when there is a way again.
        Link(LinkStatus.Up);
        T.Bench.Sent.Clear();
    }

    [TestMethod]
    public void A_connection_closed_while_the_link_is_down_is_given_up_after_R2()
    {
        OpenPassive();
        Link(LinkStatus.Down);
        TcpConnection connection = Connection;
        Close();
        T.Check(3, T.Stack.FreeConnections, "free connections");
        At(120_000);
        T.Check(TcpState.Closed, connection.State, "state");
        T.Check(3, T.Stack.FreeConnections, "free connections: its reset waits for the link");
        At(150_000);
        ExpectNothing();
        Link(LinkStatus.Up);
        T.Bench.Sent.Clear();
        T.Check(4, T.Stack.FreeConnections, "free connections");
        At(300_000);
        ExpectNothing();
    }

    [TestMethod]
    public void Data_written_while_the_link_is_down_goes_out_when_it_is_up_and_has_a_fresh_timer()
    {
        OpenPassive();
        Link(LinkStatus.Down);
        Write(10);
        At(100_000);
        ExpectNothing();
        Link(LinkStatus.Up);
        Expect("ACK seq 1 ack 1 len 10");
        At(101_000);
        Expect("ACK seq 1 ack 1 len 10");
        Send("ACK seq 1 ack 11");
    }

    [TestMethod]
    public void What_was_out_when_the_link_failed_goes_out_when_it_is_up_and_has_a_fresh_timer()
    {
        OpenPassive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        Link(LinkStatus.Down);
        At(100_000);
        ExpectNothing();
        Link(LinkStatus.Up);
        Expect("ACK seq 1 ack 1 len 10");
        At(101_000);
        Expect("ACK seq 1 ack 1 len 10");
        Send("ACK seq 1 ack 11");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-22", "MUST-23")]
    public void A_SYN_out_when_the_link_fails_is_given_up_after_three_minutes()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Link(LinkStatus.Down);
        At(179_999);
        Is(TcpState.SynSent);
        At(180_000);
        ExpectNothing();
        Ended(TcpEndReason.TimedOut);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-22", "MUST-23")]
    public void A_simultaneous_open_that_the_peer_never_finishes_is_given_up_after_three_minutes()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        foreach (int time in new[] { 1, 3, 7, 15, 31, 63, 123 })
        {
            At(time * 1000);
            Expect("SYN,ACK seq 0 ack 1 mss 1460");
        }

        At(179_999);
        Is(TcpState.SynReceived);
        At(180_000);
        ExpectNothing();
        Ended(TcpEndReason.TimedOut);
    }

    [TestMethod]
    public void Probes_into_a_closed_window_are_given_up_after_R2_when_the_link_is_down()
    {
        OpenPassive(window: 0);
        Write(10);
        Link(LinkStatus.Down);
        At(120_999);
        Is(TcpState.Established);
        At(121_000);
        ExpectNothing();
        Ended(TcpEndReason.TimedOut);

        // The peer may be there: it learns it as soon as there is a way.
        Link(LinkStatus.Up);
        Expect("RST,ACK seq 1 ack 1 win 0");
    }

    [TestMethod]
    public void A_peer_in_CLOSE_WAIT_that_takes_no_data_any_more_is_given_up_after_R2()
    {
        OpenPassive();
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 2");
        Write(10);
        Expect("ACK seq 1 ack 2 len 10");
        foreach (int time in new[] { 1, 3, 7, 15, 31, 63 })
        {
            At(time * 1000);
            Expect("ACK seq 1 ack 2 len 10");
        }

        At(120_000);
        ExpectNothing();
        Ended(TcpEndReason.TimedOut);
    }

    [TestMethod]
    public void Where_nothing_is_out_nothing_is_ever_given_up()
    {
        OpenPassive();
        At(50_000_000);
        ExpectNothing();
        Is(TcpState.Established);
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 2");
        At(100_000_000);
        ExpectNothing();
        Is(TcpState.CloseWait);
    }

    [TestMethod]
    public void A_listener_and_what_has_ended_have_no_timer()
    {
        Listen();
        At(50_000_000);
        Handshake();
        Send("RST seq 1");
        Ended(TcpEndReason.Reset);
        At(100_000_000);
        ExpectNothing();
        Ended(TcpEndReason.Reset);
        T.Check(int.MaxValue, T.Stack.Poll(T.Bench.Now), "ms for which the stack may be left alone");
    }

    private void Link(LinkStatus status) => T.Do($"link {status}", () => T.Bench.Link.Status = status);
}
