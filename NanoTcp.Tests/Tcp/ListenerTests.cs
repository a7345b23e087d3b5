using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>Passive opens and their limits: backlog, half-open table, connections.</summary>
[TestClass]
public sealed class ListenerTests : TraceTest
{
    [TestMethod]
    public void Connections_are_accepted_in_the_order_in_which_they_opened()
    {
        Listen(backlog: 3);
        foreach (int i in new[] { 2, 1, 3 })
        {
            T.As(Client(i));
            OpenOnly();
        }

        T.Check(3, T.Listener.Pending, "pending");
        T.Check(Trace.PeerPort + 2, Accept().RemotePort, "first");
        T.Check(Trace.PeerPort + 1, Accept().RemotePort, "second");
        T.Check(Trace.PeerPort + 3, Accept().RemotePort, "third");
        T.Check(null, T.TryAccept(), "fourth");
    }

    [TestMethod]
    public void A_handshake_beyond_the_backlog_waits_and_opens_when_one_is_accepted()
    {
        Listen(backlog: 1);
        OpenOnly();
        TracePeer second = Client(2);
        T.As(second);
        OpenOnly();
        T.Check(1, T.Listener.Pending, "pending");
        T.Check(1, T.Stack.HalfOpenCount, "handshakes waiting");

        // What the client sends meanwhile is not acknowledged, so that it comes again.
        Send("ACK seq 1 ack 1 len 10");
        ExpectNothing();
        At(5000);
        Accept();
        T.Check(1, T.Listener.Pending, "pending");
        T.Check(0, T.Stack.HalfOpenCount, "handshakes waiting");
        T.Check(second.Port, Accept().RemotePort, "port");
        Is(TcpState.Established);
        Send("ACK seq 1 ack 1 len 10");
        Read(10);
        Write(20);
        Expect("ACK seq 1 ack 11 len 20");
    }

    [TestMethod]
    public void A_handshake_waits_for_a_connection_to_become_free()
    {
        Listen(options => options.Connections = 1);
        Handshake();
        TracePeer first = T.Peer;
        TracePeer second = Client(2);
        T.As(second);
        OpenOnly(0);
        T.Check(null, T.TryAccept(), "a connection");

        // The client was asked to wait with its data, and is told when it need not any longer.
        At(20_000);
        Abort();
        T.As(first);
        Expect("RST,ACK seq 1 ack 1");
        T.As(second);
        Expect("ACK seq 1 ack 1 win 2048");
        Accept();
        Is(TcpState.Established);
        T.Check(Trace.PeerPort + 2, Connection.RemotePort, "port");
    }

    [TestMethod]
    public void Data_sent_into_the_closed_window_of_a_SYN_ACK_opens_nothing_by_itself()
    {
        Listen(options => options.Connections = 1);
        Handshake();
        TracePeer first = T.Peer;
        TracePeer second = Client(2);
        T.As(second);
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 win 0 mss 1460");
        Abort();
        T.As(first);
        Expect("RST,ACK seq 1 ack 1");
        T.As(second);

        // A place is free now, but this is no acceptable segment: it must not take the place and stay in SYN-RECEIVED.
        Send("ACK seq 6 ack 1 len 10");
        Expect("ACK seq 1 ack 1 win 0");
        Send("ACK seq 6 ack 1");
        Expect("ACK seq 1 ack 1 win 0");
        T.Check(1, T.Stack.FreeConnections, "free connections");
        Send("ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 1 win 2048");
        Accept();
        Is(TcpState.Established);
    }

    [TestMethod]
    public void A_finished_handshake_that_finds_no_place_for_thirty_seconds_is_reset()
    {
        Listen(options => options.Connections = 1);
        Handshake();
        T.As(Client(2));
        OpenOnly(0);
        At(29_999);
        T.Check(1, T.Stack.HalfOpenCount, "handshakes waiting");
        At(30_000);
        Expect("RST,ACK seq 1 ack 1 win 0");
        T.Check(0, T.Stack.HalfOpenCount, "handshakes waiting");
        Counted(StackCounter.TcpAttemptFails, 1);
    }

    [TestMethod]
    public void A_waiting_handshake_that_the_client_resets_is_forgotten()
    {
        Listen(options => options.Connections = 1);
        Handshake();
        T.As(Client(2));
        OpenOnly(0);
        Send("RST seq 1");
        T.Check(0, T.Stack.HalfOpenCount, "handshakes waiting");
    }

    [TestMethod]
    [Requirement("RFC 4987", "3.4")]
    public void RFC_4987_3_4_in_a_full_table_a_request_that_was_answered_three_times_in_vain_makes_room()
    {
        Listen(options => options.HalfOpen = 1);
        TracePeer silent = Client(1);
        T.As(silent);
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        At(1000);
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        At(3000);
        Expect("SYN,ACK seq 0 ack 1 mss 1460");

        T.As(Client(2));
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Counted(StackCounter.TcpSynCookiesSent, 0);

        // It is the newcomer whose SYN,ACK is repeated now.
        At(4000);
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("ACK seq 1 ack 1");
        Accept();
        Is(TcpState.Established);
        T.As(silent);
        Send("ACK seq 1 ack 1");
        Expect("RST seq 1 win 0");
    }

    [TestMethod]
    public void Handshakes_that_are_finished_and_wait_for_a_connection_do_not_make_room()
    {
        Listen(options =>
        {
            options.HalfOpen = 2;
            options.Connections = 1;
        });
        Handshake();
        for (int i = 1; i <= 2; i++)
        {
            T.As(Client(i));
            Send("SYN seq 0 win 4000 mss 1000");
            Expect("SYN,ACK seq 0 ack 1 mss 1460");
            Send("ACK seq 1 ack 1");
        }

        T.As(Client(3));
        Send("SYN seq 0 win 4000 mss 1000");
        ExpectNothing();
        Counted(StackCounter.TcpHalfOpenDrops, 1);
    }

    [TestMethod]
    public void RFC_9293_MUST_37_a_waiting_handshake_answers_the_probes_of_the_window_that_it_closed()
    {
        Listen(options => options.Connections = 1);
        Handshake();
        TracePeer first = T.Peer;
        TracePeer second = Client(2);
        T.As(second);
        OpenOnly(0);
        foreach (int seconds in new[] { 1, 3, 7, 15 })
        {
            At(seconds * 1000);
            Send("ACK seq 1 ack 1 len 1");
            Expect("ACK seq 1 ack 1 win 0");
        }

        // As Linux probes: an empty segment, one before the first octet.
        Send("ACK seq 0 ack 1");
        Expect("ACK seq 1 ack 1 win 0");
        At(20_000);
        Abort();
        T.As(first);
        Expect("RST,ACK seq 1 ack 1");
        T.As(second);
        Expect("ACK seq 1 ack 1 win 2048");
        Accept();
        Send("ACK seq 1 ack 1 len 10");
        Read(10);
        At(20_040);
        Expect("ACK seq 1 ack 11");
    }

    [TestMethod]
    public void RFC_5961_7_each_handshake_has_a_limit_of_its_own_for_what_it_answers()
    {
        Listen();
        T.As(Client(1));
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        TracePeer noisy = T.Peer;
        T.As(Client(2));
        TracePeer quiet = T.Peer;
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        T.As(noisy);
        for (int i = 0; i < 100; i++)
        {
            Send("ACK seq 50000 ack 1 len 1");
            if (i < 10)
            {
                Expect("ACK seq 1 ack 1");
            }
        }

        ExpectNothing();
        Counted(StackCounter.TcpChallengeAcksLimited, 90);
        T.As(quiet);
        Send("ACK seq 50000 ack 1 len 1");
        Expect("ACK seq 1 ack 1");
        Send("SYN seq 5 win 4000");
        Expect("ACK seq 1 ack 1");
        Counted(StackCounter.TcpChallengeAcks, 1);
    }

    [TestMethod]
    public void A_repeated_SYN_is_answered_at_once_and_moves_no_timer()
    {
        Listen();
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        At(500);
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        foreach (int second in new[] { 1, 5, 13, 29, 61, 121 })
        {
            At(second * 1000);
            Expect("SYN,ACK seq 0 ack 1 mss 1460");
        }

        At(180_999);
        T.Check(1, T.Stack.HalfOpenCount, "half open");
        At(181_000);
        T.Check(0, T.Stack.HalfOpenCount, "half open");
    }

    [TestMethod]
    public void Closing_the_listener_resets_what_waits_and_refuses_what_comes()
    {
        Listen(backlog: 2);
        TracePeer open = T.Peer;
        OpenOnly();
        T.As(Client(2));
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");

        T.Do("CLOSE the listener", T.Listener.Close);
        T.As(open);
        Expect("RST,ACK seq 1 ack 1 win 0");
        T.Check(4, T.Stack.FreeConnections, "free connections");

        T.As(Client(2));
        T.Peer.StackIss = 100;
        Send("ACK seq 1 ack 700");
        Expect("RST seq 700 win 0");
        T.As(Client(3));
        Send("SYN seq 0");
        Expect("RST,ACK seq =0 ack 1 win 0");
    }

    [TestMethod]
    public void Several_listeners_have_their_own_queues_and_one_port_serves_many_connections()
    {
        Listen(options => options.Connections = 6, backlog: 2);
        TcpListener? other = null;
        T.Do("LISTEN", () => other = T.Stack.Listen(7001, 1));
        for (int i = 1; i <= 2; i++)
        {
            T.As(Client(i));
            OpenOnly();
        }

        TracePeer visitor = new(Link.StackBench.PeerAddress, Trace.PeerPort + 1, 7001, 77);
        T.As(visitor);
        OpenOnly();
        T.Check(2, T.Listener.Pending, "pending on one");
        T.Check(1, other!.Pending, "pending on the other");
        TcpConnection? accepted = null;
        T.Do("ACCEPT", () => accepted = other.Accept());
        T.Check(7001, accepted!.LocalPort, "local port");
        T.Check(Trace.PeerPort + 1, Accept().RemotePort, "remote port");
        T.Check(Trace.PeerPort + 2, Accept().RemotePort, "remote port");
        T.Do("CLOSE the other listener", other.Close);
        T.As(new TracePeer(Link.StackBench.PeerAddress, Trace.PeerPort + 5, 7001, 77));
        Send("SYN seq 0");
        Expect("RST,ACK seq =0 ack 1 win 0");
        T.As(Client(3));
        OpenOnly();
        T.Use(accepted);
        Abort();
        T.As(visitor);
        Expect("RST,ACK seq 1 ack 1");
    }

    [TestMethod]
    public void A_listener_closed_in_the_middle_of_a_handshake_that_a_cookie_began_resets_the_rest()
    {
        Listen(options => options.HalfOpen = 1);
        T.As(Client(1));
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        T.As(Client(2));
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        T.Do("CLOSE the listener", T.Listener.Close);
        T.Check(0, T.Stack.HalfOpenCount, "half open");
        Send("ACK seq 1 ack 1");
        Expect("RST seq 1 win 0");
    }

    [TestMethod]
    public void An_accepted_connection_outlives_its_listener()
    {
        OpenPassive();
        T.Do("CLOSE the listener", T.Listener.Close);
        Send("ACK seq 1 ack 1 len 10");
        Read(10);
        At(40);
        Expect("ACK seq 1 ack 11");
    }

    [TestMethod]
    public void A_connection_reset_before_it_is_accepted_is_never_seen()
    {
        Listen();
        OpenOnly();
        T.Check(1, T.Listener.Pending, "pending");
        Send("RST seq 1");
        T.Check(0, T.Listener.Pending, "pending");
        T.Check(null, T.TryAccept(), "a connection");
        T.Check(4, T.Stack.FreeConnections, "free connections");
    }

    [TestMethod]
    public void A_connection_closed_by_the_peer_before_it_is_accepted_can_still_be_read()
    {
        Listen();
        OpenOnly();
        Send("ACK seq 1 ack 1 len 10");
        Send("FIN,ACK seq 11 ack 1");
        Expect("ACK seq 1 ack 12");
        At(10_000);
        Accept();
        Is(TcpState.CloseWait);
        Read(10);
        T.Check(true, Connection.EndOfStream, "end of stream");
        CloseSend();
        Expect("FIN,ACK seq 1 ack 12");
        Send("ACK seq 12 ack 2");
        Ended(TcpEndReason.Closed);
    }

    [TestMethod]
    public void The_same_client_may_come_again_when_its_connection_was_reset()
    {
        OpenPassive();
        Send("RST seq 1");
        Ended(TcpEndReason.Reset);
        At(10);
        T.Peer.KnowsStackIss = false;
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("ACK seq 1 ack 1");
        Accept();
        Is(TcpState.Established);
    }

    /// <summary>The peer opens a connection that nobody accepts yet.</summary>
    private void OpenOnly(int window = 2048)
    {
        Send("SYN seq 0 win 4000 mss 1000");
        Expect($"SYN,ACK seq 0 ack 1 win {window} mss 1460");
        Send("ACK seq 1 ack 1 win 4000");
        ExpectNothing();
    }
}
