using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp.States;

/// <summary>CLOSE-WAIT: the peer has closed; this side may send for as long as it likes.</summary>
[TestClass]
[Requirement("RFC 9293", "3.10.7.4")]
public sealed class CloseWaitTests : TraceTest
{
    [TestMethod]
    public void Data_is_sent_and_its_acknowledgments_count()
    {
        Enter();
        T.Check(2048, Connection.Writable, "writable");
        Write(1000);
        Expect("ACK seq 1 ack 2 len 1000");
        At(300);
        Send("ACK seq 2 ack 1001");
        T.Check(0, Connection.Unacknowledged, "octets unacknowledged");
        Write(10);
        Expect("ACK seq 1001 ack 2 len 10");
        Send("ACK seq 2 ack 1006");
        T.Check(5, Connection.Unacknowledged, "octets unacknowledged");
        Send("ACK seq 2 ack 1011");
        T.Check(1010L, Connection.BytesSent, "octets acknowledged");
        Is(TcpState.CloseWait);
    }

    [TestMethod]
    public void Data_flows_for_as_long_as_this_side_likes_with_retransmission_and_closed_windows()
    {
        // The peer is in FIN-WAIT-2 and may stay there.
        Enter();
        for (int i = 0; i < 8; i++)
        {
            At(i * 100_000);
            Write(1000);
            Expect($"ACK seq {1 + (i * 1000)} ack 2 len 1000");
            Send($"ACK seq 2 ack {1001 + (i * 1000)}");
        }

        Is(TcpState.CloseWait);
        Write(1000);
        Expect("ACK seq 8001 ack 2 len 1000");
        T.Do("nothing comes back", () => { });
        At(701_000);
        Expect("ACK seq 8001 ack 2 len 1000");
        Send("ACK seq 2 ack 9001 win 0");
        Write(10);
        At(703_000);
        Expect("ACK seq 9001 ack 2 len 1");
        Send("ACK seq 2 ack 9002 win 4000");
        Expect("ACK seq 9002 ack 2 len 9");
        Send("ACK seq 2 ack 9011");
        CloseSend();
        Expect("FIN,ACK seq 9011 ack 2");
        Send("ACK seq 2 ack 9012");
        Ended(TcpEndReason.Closed);
    }

    [TestMethod]
    public void CLOSE_leads_to_LAST_ACK()
    {
        Enter();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 2");
        Is(TcpState.LastAck);
    }

    [TestMethod]
    public void CLOSE_behind_data_leads_to_LAST_ACK_and_the_FIN_goes_with_the_data()
    {
        Enter();
        Write(1500);
        Expect("ACK seq 1 ack 2 len 1000");
        CloseSend();
        Expect("FIN,PSH,ACK seq 1001 ack 2 len 500");
        Is(TcpState.LastAck);
        Send("ACK seq 2 ack 1502");
        Ended(TcpEndReason.Closed);
    }

    [TestMethod]
    public void The_FIN_again_is_acknowledged_again()
    {
        Enter();
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 2");
        Is(TcpState.CloseWait);
    }

    [TestMethod]
    public void What_came_before_the_FIN_can_be_read_in_small_pieces_and_nothing_is_said_about_it()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 1024");
        Expect("ACK seq 1 ack 1025 win 1024");
        Send("FIN,ACK seq 1025 ack 1 len 1024");
        Expect("ACK seq 1 ack 2050 win 0");
        T.Check(2048, Connection.Readable, "readable");
        for (int i = 0; i < 16; i++)
        {
            T.Check(false, Connection.EndOfStream, "end of stream");
            Read(128);
            ExpectNothing();
        }

        T.Check(true, Connection.EndOfStream, "end of stream");
        T.Check(0, T.Read(1), "octets read behind the end");
    }

    private void Enter()
    {
        OpenPassive();
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 2");
        Is(TcpState.CloseWait);
        T.Check(true, Connection.EndOfStream, "end of stream");
    }
}
