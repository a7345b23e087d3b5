using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>
/// The peer's FIN is acknowledged by the next call of Poll, not by the one that finds it: in between the owner, which sees it, may
/// close its side too or answer, and that carries the acknowledgment.
/// </summary>
[TestClass]
public sealed class FinAcknowledgmentTests : TraceTest
{
    [TestMethod]
    [Requirement("RFC 9293", "SHLD-18")]
    public void SHLD_18_an_owner_that_closes_in_its_turn_acknowledges_with_its_own_FIN()
    {
        OpenPassive();
        T.CloseInTurn("FIN,ACK seq 1 ack 1");
        Expect("FIN,ACK seq 1 ack 2");
        ExpectNothing();
        Send("ACK seq 2 ack 2");
        T.Check(4, T.Stack.FreeConnections, "free connections");
        T.Check(0, T.Stack.TimeWaitCount, "closing connections");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-40")]
    public void MUST_40_the_FIN_is_acknowledged_without_delay_when_the_owner_does_nothing()
    {
        OpenPassive();
        T.SendInTurn("FIN,ACK seq 1 ack 1", "LOOK", () => T.Check(true, Connection.EndOfStream, "end of stream"));
        Expect("ACK seq 1 ack 2");
        Is(TcpState.CloseWait);
        At(1000);
        ExpectNothing();
    }

    [TestMethod]
    public void The_call_that_finds_the_FIN_asks_to_be_called_again_at_once()
    {
        OpenPassive();
        T.Bench.Link.Deliver(T.Build(TraceSegment.Parse("FIN,ACK seq 1 ack 1")));
        T.Check(0, T.Stack.Poll(T.Bench.Now), "wait");
        T.Check(null, T.Bench.Link.Take(), "frame");
        T.Bench.Poll();
        Expect("ACK seq 1 ack 2");
    }

    [TestMethod]
    public void What_the_owner_answers_in_its_turn_carries_the_acknowledgment()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 10");
        Read(10);
        byte[] answer = new byte[3];
        for (int i = 0; i < answer.Length; i++)
        {
            answer[i] = TracePeer.StackOctet(1 + i);
        }

        T.SendInTurn("FIN,ACK seq 11 ack 1", "WRITE 3", () => Connection.Write(answer, 0, answer.Length));
        Expect("ACK seq 1 ack 12 len 3");
        ExpectNothing();
        Send("ACK seq 12 ack 4");
        Close();
        Expect("FIN,ACK seq 4 ack 12");
    }

    [TestMethod]
    public void The_data_before_the_FIN_waits_with_it()
    {
        OpenPassive();
        byte[] octets = new byte[10];
        T.SendInTurn("FIN,ACK seq 1 ack 1 len 10", "READ 10", () => T.Check(10, Connection.Read(octets, 0, 10), "octets read"));
        Expect("ACK seq 1 ack 12");
        At(1000);
        ExpectNothing();
    }

    [TestMethod]
    public void What_another_connection_sends_does_not_take_it_along()
    {
        Listen(backlog: 2);
        Handshake();
        TracePeer closing = T.Peer;
        TcpConnection closed = Connection;
        T.As(Client(1));
        Handshake();
        TracePeer sending = T.Peer;
        T.As(closing);
        T.Bench.Link.Deliver(T.Build(TraceSegment.Parse("FIN,ACK seq 1 ack 1")));
        T.As(sending);
        T.Bench.Link.Deliver(T.Build(TraceSegment.Parse("ACK seq 1 ack 1 len 10")));
        T.SendInTurn("ACK seq 11 ack 1 len 10", "CLOSE-SEND of the other", closed.CloseSend);
        Expect("ACK seq 1 ack 21");
        T.As(closing);
        Expect("FIN,ACK seq 1 ack 2");
        Send("ACK seq 2 ack 2");
    }

    [TestMethod]
    public void A_side_that_has_closed_already_acknowledges_by_the_same_call()
    {
        OpenPassive();
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        Send("ACK seq 1 ack 2");
        T.Bench.Link.Deliver(T.Build(TraceSegment.Parse("FIN,ACK seq 1 ack 2")));
        T.Stack.Poll(T.Bench.Now);
        T.Check(true, T.Bench.Link.Take() != null, "the acknowledgment was sent");
        T.Bench.Poll();
        ExpectNothing();
    }
}
