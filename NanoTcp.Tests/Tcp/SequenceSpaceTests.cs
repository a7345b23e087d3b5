using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 9293 3.4: sequence numbers at the ends of their space, and round and round it.</summary>
[TestClass]
[Requirement("RFC 9293", "3.4")]
public sealed class SequenceSpaceTests : TraceTest
{
    [TestMethod]
    [DataRow(0u)]
    [DataRow(1u)]
    [DataRow(0xFFFFFFFFu)]
    [DataRow(0xFFFFFFFEu)]
    [DataRow(0x7FFFFFFFu)]
    [DataRow(0x80000000u)]
    public void The_peers_ISS_may_be_any_number(uint iss)
    {
        Listen();
        T.Peer.Iss = iss;
        Handshake();

        // One less than what was received last, two more, and half the space away.
        Send("ACK seq 0 ack 1 len 1");
        Expect("ACK seq 1 ack 1");
        Send("ACK seq -1 ack 1");
        Expect("ACK seq 1 ack 1");
        Send("RST seq 0");
        Send("RST seq -1");
        Send($"RST seq ={iss + 0x40000000}");
        T.Bench.Sent.Clear();
        Is(TcpState.Established);
        Send("ACK seq 1 ack 1 len 3", "FIN,ACK seq 4 ack 1 len 3");
        Expect("ACK seq 1 ack 8");
        Read(6);
        CloseSend();
        Expect("FIN,ACK seq 1 ack 8");
        Send("ACK seq 8 ack 2");
        Ended(TcpEndReason.Closed);
    }

    [TestMethod]
    [DataRow(0u)]
    [DataRow(1u)]
    [DataRow(0xFFFFFFFFu)]
    [DataRow(0x7FFFFFFFu)]
    [DataRow(0x80000000u)]
    public void Our_own_ISS_may_be_any_number(uint iss)
    {
        Connecting();
        TcpConnection connection = Connect();
        Expect("SYN seq 0 mss 1460");
        connection.Block.Iss = iss;
        connection.Block.SndUna = iss;
        connection.Block.SndNxt = iss + 1;
        connection.Block.SndMax = iss + 1;
        T.Peer.StackIss = iss;
        Send("SYN,ACK seq 0 ack 0 win 4000 mss 1000");
        Expect("RST seq 0 win 0");
        Send("SYN,ACK seq 0 ack 2 win 4000 mss 1000");
        Expect("RST seq 2 win 0");
        Send("SYN,ACK seq 0 ack 1 win 4000 mss 1000");
        Expect("ACK seq 1 ack 1");
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        Send("ACK seq 1 ack 11");
        CloseSend();
        Expect("FIN,ACK seq 11 ack 1");
        Send("FIN,ACK seq 1 ack 12");
        Expect("ACK seq 12 ack 2");
        Is(TcpState.TimeWait);
    }

    [TestMethod]
    [DataRow(false, DisplayName = "timeout")]
    [DataRow(true, DisplayName = "fast retransmit")]
    public void What_is_lost_at_the_wrap_is_retransmitted_across_it(bool fast)
    {
        OpenPassive(options => options.SendBuffer = 4096);
        T.Check(true, T.Peer.StackIss + 1001 < T.Peer.StackIss, "our numbers wrap within the first segment");
        Write(4000);
        for (int i = 0; i < 4; i++)
        {
            Expect($"ACK seq {1 + (i * 1000)} ack 1 len 1000");
        }

        if (fast)
        {
            Send("ACK seq 1 ack 1", "ACK seq 1 ack 1", "ACK seq 1 ack 1");
        }
        else
        {
            At(1000);
        }

        Expect("ACK seq 1 ack 1 len 1000");
        Send("ACK seq 1 ack 4001");
        T.Check(4000L, Connection.BytesSent, "octets acknowledged");
        At(100_000);
        ExpectNothing();
    }

    [TestMethod]
    public void A_connection_that_has_sent_2_to_the_32_octets_is_not_opening_again()
    {
        // SND.UNA comes to stand exactly at ISS; here ISS is moved instead.
        OpenPassive();
        Connection.Block.Iss = Connection.Block.SndUna + 10;
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        Send("ACK seq 1 ack 11");
        Write(10);
        Expect("ACK seq 11 ack 1 len 10");
        At(1000);
        Expect("ACK seq 11 ack 1 len 10");
        Send("ACK seq 1 ack 21");
        T.Check(20L, Connection.BytesSent, "octets acknowledged");
    }

    [TestMethod]
    public void After_half_the_sequence_space_without_a_loss_duplicates_still_retransmit()
    {
        OpenPassive(options => options.SendBuffer = 4096);
        Write(4000);
        for (int i = 0; i < 4; i++)
        {
            Expect($"ACK seq {1 + (i * 1000)} ack 1 len 1000");
        }

        // As if more than 2^31 octets had gone since the handshake, all acknowledged.
        for (int i = 1; i <= 10; i++)
        {
            const uint Step = 0x10000000;
            TcpControlBlock block = Connection.Block;
            block.SndUna += Step;
            block.SndNxt += Step;
            block.SndMax += Step;
            block.SndWl2 += Step;
            T.Peer.StackIss += Step;
            Send($"ACK seq 1 ack {1 + (i * 100)}");
        }

        Send("ACK seq 1 ack 1001", "ACK seq 1 ack 1001", "ACK seq 1 ack 1001");
        Expect("ACK seq 1001 ack 1 len 1000");
        Send("ACK seq 1 ack 4001");
    }
}
