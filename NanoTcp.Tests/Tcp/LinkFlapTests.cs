using NanoTcp.Link;
using NanoTcp.Tcp;

namespace NanoTcp.Tests.Tcp;

/// <summary>The cable is pulled for five seconds in every state: what was out goes out again at once, and everything goes on.</summary>
[TestClass]
public sealed class LinkFlapTests : TraceTest
{
    [TestMethod]
    public void Link_flap_in_SYN_SENT()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Flap();
        Expect("SYN seq 0 mss 1460");
        Send("SYN,ACK seq 0 ack 1 win 4000 mss 1000");
        Expect("ACK seq 1 ack 1");
        Is(TcpState.Established);
    }

    [TestMethod]
    public void Link_flap_in_SYN_RECEIVED()
    {
        Listen();
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Flap();
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("ACK seq 1 ack 1");
        Accept();
        Is(TcpState.Established);
    }

    [TestMethod]
    public void Link_flap_in_SYN_RECEIVED_of_a_simultaneous_open()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Flap();
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("ACK seq 1 ack 1");
        Is(TcpState.Established);
    }

    [TestMethod]
    public void Link_flap_in_ESTABLISHED_with_nothing_out()
    {
        OpenPassive();
        Flap();
        ExpectNothing();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        Send("ACK seq 1 ack 11");
    }

    [TestMethod]
    public void Link_flap_in_ESTABLISHED_with_data_out_and_more_waiting()
    {
        OpenPassive();
        Write(1500);
        Expect("ACK seq 1 ack 1 len 1000");
        Flap();
        Expect("ACK seq 1 ack 1 len 1000");
        Send("ACK seq 1 ack 1001");
        Expect("ACK seq 1001 ack 1 len 500");
        Send("ACK seq 1 ack 1501");
    }

    [TestMethod]
    public void Link_flap_in_ESTABLISHED_with_an_acknowledgment_delayed()
    {
        OpenPassive();
        At(90);
        Send("ACK seq 1 ack 1 len 10");
        Flap();
        Expect("ACK seq 1 ack 11");
        Read(10);
    }

    [TestMethod]
    public void Link_flap_in_ESTABLISHED_before_a_closed_window()
    {
        OpenPassive(window: 0);
        Write(10);
        Flap();
        Expect("ACK seq 1 ack 1 len 1");
        Send("ACK seq 1 ack 2 win 9");
        Expect("ACK seq 2 ack 1 len 9");
        Send("ACK seq 1 ack 11 win 9");
    }

    [TestMethod]
    public void Link_flap_in_FIN_WAIT_1()
    {
        OpenPassive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        CloseSend();
        Expect("FIN,ACK seq 11 ack 1");
        Flap();
        Expect("FIN,ACK seq 1 ack 1 len 10");
        Send("ACK seq 1 ack 12");
        Is(TcpState.FinWait2);
    }

    [TestMethod]
    public void Link_flap_in_FIN_WAIT_2()
    {
        OpenPassive();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Send("ACK seq 1 ack 2");
        Flap();
        ExpectNothing();
        Is(TcpState.FinWait2);
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        Is(TcpState.TimeWait);
    }

    [TestMethod]
    public void Link_flap_in_CLOSE_WAIT_and_a_close_while_the_link_is_down()
    {
        OpenPassive();
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 2");
        At(100);
        Link(LinkStatus.Down);
        At(2000);
        CloseSend();
        Is(TcpState.LastAck);
        At(5000);
        ExpectNothing();
        Link(LinkStatus.Up);
        Expect("FIN,ACK seq 1 ack 2");
        Send("ACK seq 2 ack 2");
        Ended(TcpEndReason.Closed);
    }

    [TestMethod]
    public void Link_flap_in_CLOSING()
    {
        OpenPassive();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 2 ack 2");
        Flap();
        Expect("FIN,ACK seq 1 ack 2");
        Send("ACK seq 2 ack 2");
        Is(TcpState.TimeWait);
    }

    [TestMethod]
    public void Link_flap_in_LAST_ACK()
    {
        OpenPassive();
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 2");
        CloseSend();
        Expect("FIN,ACK seq 1 ack 2");
        Flap();
        Expect("FIN,ACK seq 1 ack 2");
        Send("ACK seq 2 ack 2");
        Ended(TcpEndReason.Closed);
    }

    [TestMethod]
    public void Link_flap_in_TIME_WAIT()
    {
        OpenPassive();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        Flap();
        ExpectNothing();
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        At(64_999);
        Is(TcpState.TimeWait);
        At(65_000);
        Ended(TcpEndReason.Closed);
    }

    [TestMethod]
    public void Link_flap_after_the_connection_was_given_back()
    {
        OpenPassive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        Close();
        Expect("FIN,ACK seq 11 ack 1");
        Flap();
        Expect("FIN,ACK seq 1 ack 1 len 10");
        Send("ACK seq 1 ack 12");
        T.Check(4, T.Stack.FreeConnections, "free connections");
        Flap(5000);
        Send("FIN,ACK seq 1 ack 12");
        Expect("ACK seq 12 ack 2");
    }

    [TestMethod]
    public void A_link_that_flaps_all_the_time_delivers_in_the_end()
    {
        OpenPassive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        for (int i = 0; i < 50; i++)
        {
            At(10 + (i * 20));
            Link(LinkStatus.Down);
            At(20 + (i * 20));
            Link(LinkStatus.Up);
            Expect("ACK seq 1 ack 1 len 10");
        }

        Send("ACK seq 1 ack 11");
        At(100_000);
        ExpectNothing();
    }

    private void Flap(long start = 0)
    {
        At(start + 100);
        Link(LinkStatus.Down);
        At(start + 5000);
        ExpectNothing();
        Link(LinkStatus.Up);
    }

    private void Link(LinkStatus status) => T.Do($"link {status}", () => T.Bench.Link.Status = status);
}
