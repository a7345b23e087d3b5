using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp.States;

/// <summary>FIN-WAIT-2: this side has closed and the peer knows; the peer may still send for as long as it likes.</summary>
[TestClass]
[Requirement("RFC 9293", "3.10.7.4")]
public sealed class FinWait2Tests : TraceTest
{
    [TestMethod]
    public void A_FIN_leads_to_TIME_WAIT()
    {
        Enter();
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        Is(TcpState.TimeWait);
        T.Check(TcpEndReason.Closed, EndReason, "end reason");
        T.Check(true, Connection.EndOfStream, "end of stream");
    }

    [TestMethod]
    public void A_FIN_with_data_leads_to_TIME_WAIT_and_the_data_is_read()
    {
        Enter();
        Send("FIN,ACK seq 1 ack 2 len 200");
        Expect("ACK seq 2 ack 202");
        Is(TcpState.TimeWait);
        T.Check(false, Connection.EndOfStream, "end of stream before the data is read");
        Read(200);
        T.Check(true, Connection.EndOfStream, "end of stream");
    }

    [TestMethod]
    public void A_FIN_ahead_of_a_hole_waits_until_the_hole_is_filled()
    {
        Enter();
        Send("FIN,ACK seq 201 ack 2");
        Expect("ACK seq 2 ack 1");
        Send("ACK seq 101 ack 2 len 100");
        Expect("ACK seq 2 ack 1");
        Is(TcpState.FinWait2);
        Send("ACK seq 1 ack 2 len 100");
        Expect("ACK seq 2 ack 202");
        Is(TcpState.TimeWait);
        Read(200);
    }

    [TestMethod]
    public void Data_flows_for_as_long_as_the_peer_likes_through_many_windows()
    {
        // The peer is in CLOSE-WAIT and may stay there.
        Enter();
        for (int i = 0; i < 8; i++)
        {
            At(i * 100_000);
            Send($"ACK seq {1 + (i * 2048)} ack 2 len 1024");
            Expect($"ACK seq 2 ack {1025 + (i * 2048)} win 1024");
            Send($"ACK seq {1025 + (i * 2048)} ack 2 len 1024");
            Expect($"ACK seq 2 ack {2049 + (i * 2048)} win 0");
            Read(2048);
            Expect($"ACK seq 2 ack {2049 + (i * 2048)} win 2048");
        }

        Is(TcpState.FinWait2);
        Send("FIN,ACK seq 16385 ack 2 len 5");
        Expect("ACK seq 2 ack 16391");
        Read(5);
        T.Check(true, Connection.EndOfStream, "end of stream");
    }

    [TestMethod]
    public void CLOSE_again_changes_nothing()
    {
        Enter();
        CloseSend();
        ExpectNothing();
        Is(TcpState.FinWait2);
        Close();
        ExpectNothing();
        T.Check(1, T.Stack.TimeWaitCount, "records of closing connections");
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MAY-1", "SHLD-3")]
    [Requirement("RFC 1122", "4.2.2.13")]
    public void RFC_1122_4_2_2_13_data_for_a_reader_who_has_gone_is_reset()
    {
        OpenPassive();
        Close();
        Expect("FIN,ACK seq 1 ack 1");
        Send("ACK seq 1 ack 2");
        T.Check(1, T.Stack.TimeWaitCount, "closing connections");
        Send("ACK seq 1 ack 2 len 10");
        Expect("RST seq 2 win 0");
        T.Check(0, T.Stack.TimeWaitCount, "closing connections");
    }

    [TestMethod]
    [Requirement("RFC 9293", "SHLD-3")]
    [Requirement("RFC 1122", "4.2.2.13")]
    public void RFC_1122_4_2_2_13_data_with_the_FIN_for_a_reader_who_has_gone_is_reset_too()
    {
        OpenPassive();
        Close();
        Expect("FIN,ACK seq 1 ack 1");
        Send("ACK seq 1 ack 2");
        Send("FIN,ACK seq 1 ack 2 len 10");
        Expect("RST seq 2 win 0");
        T.Check(0, T.Stack.TimeWaitCount, "closing connections");
    }

    private void Enter()
    {
        OpenPassive();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Send("ACK seq 1 ack 2");
        Is(TcpState.FinWait2);
    }
}
