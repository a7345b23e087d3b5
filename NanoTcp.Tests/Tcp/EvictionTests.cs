using NanoTcp.Primitives;
using NanoTcp.Tcp;

namespace NanoTcp.Tests.Tcp;

/// <summary>Idle connections whose owner allows it make room for new clients.</summary>
[TestClass]
public sealed class EvictionTests : TraceTest
{
    [TestMethod]
    public void The_longest_idle_connection_gives_its_place_to_a_new_client()
    {
        Listen(options => options.Connections = 2, backlog: 2);
        TracePeer idle = Client(1);
        T.As(idle);
        Handshake();
        TcpConnection idleConnection = Connection;
        idleConnection.Evictable = true;
        At(1000);
        T.As(Client(2));
        Handshake();
        TcpConnection busyConnection = Connection;
        busyConnection.Evictable = true;

        At(2000);
        TracePeer newcomer = Newcomer(3);
        T.As(idle);
        Expect("RST,ACK seq 1 ack 1 win 0");
        T.Check(TcpState.Closed, idleConnection.State, "state");
        T.Check(TcpEndReason.Evicted, idleConnection.EndReason, "end reason");
        T.Check(TcpState.Established, busyConnection.State, "state of the other");
        Counted(StackCounter.TcpEvictions, 1);

        // The owner gives it back, and the newcomer's handshake is done.
        T.Use(idleConnection);
        Close();
        T.As(newcomer);
        Expect("ACK seq 1 ack 1 win 2048");
        T.Check(Trace.PeerPort + 3, Accept().RemotePort, "port");
    }

    [TestMethod]
    public void Nobody_is_evicted_while_a_place_is_free_or_an_evicted_one_is_about_to_be()
    {
        Listen(options => options.Connections = 2, backlog: 2);
        TracePeer first = Client(1);
        T.As(first);
        Handshake();
        Connection.Evictable = true;
        TcpConnection firstConnection = Connection;
        T.As(Client(2));
        Handshake();
        Connection.Evictable = true;
        TcpConnection secondConnection = Connection;
        T.Check(TcpState.Established, firstConnection.State, "state");

        Newcomer(3);
        T.As(first);
        Expect("RST,ACK seq 1 ack 1 win 0");
        Newcomer(4);
        At(5000);
        ExpectNothing();
        T.Check(TcpState.Established, secondConnection.State, "state");
        Counted(StackCounter.TcpEvictions, 1);
    }

    [TestMethod]
    public void A_connection_whose_owner_does_not_allow_it_is_never_evicted()
    {
        Listen(options => options.Connections = 1);
        Handshake();
        Newcomer(2);
        At(29_000);
        ExpectNothing();
        Is(TcpState.Established);
    }

    [TestMethod]
    public void A_connection_given_back_whose_peer_is_silent_goes_before_any_that_somebody_uses()
    {
        Listen(options => options.Connections = 3, backlog: 3);
        TracePeer idle = Client(1);
        T.As(idle);
        Handshake();
        TcpConnection evictable = Connection;
        evictable.Evictable = true;
        TracePeer[] silent = [Client(2), Client(3)];
        for (int i = 0; i < 2; i++)
        {
            At((i + 1) * 100);
            T.As(silent[i]);
            Handshake();
            Write(10);
            Expect("ACK,PSH seq 1 ack 1 len 10");
            Close();
            Expect("FIN,ACK seq 11 ack 1");
        }

        // Both have been silent for five seconds, the first of them longer.
        At(6000);
        T.Bench.Sent.Clear();
        TracePeer newcomer = Newcomer(4);
        T.As(silent[0]);
        Expect("RST,ACK seq 12 ack 1 win 0");
        T.As(newcomer);
        Expect("ACK seq 1 ack 1 win 2048");
        Counted(StackCounter.TcpOrphanEvictions, 1);
        Counted(StackCounter.TcpEvictions, 0);
        T.Check(TcpState.Established, evictable.State, "state");
        T.Check(newcomer.Port, Accept().RemotePort, "port");
    }

    [TestMethod]
    public void A_client_waits_until_the_peer_of_a_connection_given_back_has_been_silent_for_five_seconds()
    {
        Listen(options => options.Connections = 1);
        TracePeer slow = Client(1);
        T.As(slow);
        Handshake();
        Write(10);
        Expect("ACK,PSH seq 1 ack 1 len 10");
        Close();
        Expect("FIN,ACK seq 11 ack 1");
        At(900);

        // It is there: it repeats its acknowledgment.
        Send("ACK seq 1 ack 1 win 4001");
        TracePeer newcomer = Newcomer(2);
        At(5899);
        T.Bench.Sent.Clear();
        Counted(StackCounter.TcpOrphanEvictions, 0);
        At(5900);
        T.As(slow);
        Expect("RST,ACK seq 12 ack 1 win 0");
        T.As(newcomer);
        Expect("ACK seq 1 ack 1 win 2048");
        T.Check(newcomer.Port, Accept().RemotePort, "port");
    }

    private TracePeer Newcomer(int number)
    {
        TracePeer newcomer = Client(number);
        T.As(newcomer);
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("ACK seq 1 ack 1 win 4000");
        return newcomer;
    }
}
