using NanoTcp.Link;
using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Simulation;

/// <summary>Corners of a connection's life in which it could hang, die too early, or say what it must not.</summary>
[TestClass]
public sealed class ConnectionCornerTests
{
    private const int Port = ScriptedPeerDialogs.ServerPort;
    private const uint Irs = ScriptedPeerDialogs.Irs;

    [TestMethod]
    public void Closing_before_a_simultaneous_open_is_not_forgotten()
    {
        ScriptedPeer peer = new();
        TcpConnection connection = peer.Stack.Connect(ScriptedPeer.PeerAddress, Port);
        connection.CloseSend();
        peer.Run(10);
        uint iss = peer.Take().Sequence;
        peer.Arrive(Port, connection.LocalPort, Irs, 0, TcpSegment.Syn);
        peer.Run(10);
        Assert.IsTrue(peer.Take().Has(TcpSegment.Syn | TcpSegment.Ack));
        peer.Arrive(Port, connection.LocalPort, Irs + 1, iss + 1, TcpSegment.Ack);
        peer.Run(10);
        Assert.AreEqual(TcpState.FinWait1, connection.State);
        peer.Arrive(Port, connection.LocalPort, Irs + 1, iss + 2, TcpSegment.Ack);
        peer.Run(10);
        Assert.AreEqual(TcpState.FinWait2, connection.State);
        peer.Arrive(Port, connection.LocalPort, Irs + 1, iss + 2, TcpSegment.Fin | TcpSegment.Ack);
        peer.Run(10);
        Assert.AreEqual(TcpEndReason.Closed, connection.EndReason);
    }

    [TestMethod]
    public void A_connection_that_cannot_even_be_tried_for_want_of_a_link_times_out()
    {
        ScriptedPeer peer = new() { Status = LinkStatus.Down };
        TcpConnection connection = peer.Stack.Connect(ScriptedPeer.PeerAddress, Port);
        peer.Run(TcpLimits.GiveUpSyn + 60_000);
        Assert.AreEqual(TcpEndReason.TimedOut, connection.EndReason);
    }

    [TestMethod]
    public void A_connection_that_waited_for_the_link_begins_like_any_other()
    {
        ScriptedPeer peer = new() { Status = LinkStatus.Down };
        TcpConnection connection = peer.Stack.Connect(ScriptedPeer.PeerAddress, Port);
        peer.Run(100_000);
        peer.Status = LinkStatus.Up;
        peer.Run(10);
        ScriptedPeer.SentSegment syn = peer.Take();
        Assert.AreEqual(1000, connection.RetransmissionTimeout);
        peer.Run(1100);
        Assert.AreEqual(syn.Sequence, peer.Take().Sequence);
        peer.Run(120_000);
        Assert.AreEqual(TcpState.SynSent, connection.State, "three minutes from the first SYN on");
    }

    [TestMethod]
    [DataRow(1_763_000_000_000L)]
    [DataRow(-1_763_000_000_000L)]
    public void A_connection_asked_for_before_the_first_poll_lives_as_long_as_any_other(long start)
    {
        ScriptedPeer peer = new(start: start);
        TcpConnection connection = peer.Stack.Connect(ScriptedPeer.PeerAddress, Port);
        peer.Run(100_000);
        Assert.AreEqual(TcpState.SynSent, connection.State);
        peer.Run(200_000);
        Assert.AreEqual(TcpEndReason.TimedOut, connection.EndReason);
    }

    [TestMethod]
    public void A_round_trip_longer_than_any_timeout_does_not_spoil_the_estimate()
    {
        ScriptedPeer peer = new();
        (TcpConnection connection, uint iss) = peer.Open();
        connection.Write(new byte[100], 0, 100);
        peer.Run(10);
        peer.Arrive(Port, connection.LocalPort, Irs + 1, iss + 101, TcpSegment.Ack);
        peer.Now += 4_000_000_000;
        peer.Run(10);
        Assert.AreEqual(0, connection.Unacknowledged);
        Assert.IsGreaterThanOrEqualTo(1000, connection.RetransmissionTimeout);
        Assert.IsGreaterThanOrEqualTo(0, connection.SmoothedRoundTripTime);
    }

    [TestMethod]
    public void A_half_closed_connection_outlives_a_neighbour_that_was_silent_for_a_while()
    {
        ScriptedPeer peer = new();
        (TcpConnection connection, uint iss) = peer.Open();
        connection.CloseSend();
        peer.Run(10);
        peer.Arrive(Port, connection.LocalPort, Irs + 1, iss + 2, TcpSegment.Ack);
        peer.Run(10);
        Assert.AreEqual(TcpState.FinWait2, connection.State);

        // Its address must be asked for again just when something is to be acknowledged.
        peer.AnswersArp = false;
        uint sequence = Irs + 1;
        for (int i = 0; i < 20; i++)
        {
            peer.Run(10_000);
            peer.AnswersArp = i > 10;
            peer.Arrive(Port, connection.LocalPort, sequence++, iss + 2, TcpSegment.Ack, text: new byte[1]);
        }

        peer.Run(10_000);
        Assert.AreEqual(TcpEndReason.None, connection.EndReason);
        Assert.AreEqual(20, connection.Readable);
        Assert.AreEqual(0, peer.Stack.Counters.GetValue(StackCounter.TcpTimeouts));
    }

    [TestMethod]
    public void A_retransmission_that_was_acknowledged_before_it_went_out_is_forgotten()
    {
        ScriptedPeer peer = new();
        (TcpConnection connection, uint iss) = peer.Open();
        connection.NoDelay = true;
        for (int i = 0; i < 5; i++)
        {
            connection.Write(new byte[100], 0, 100);
            peer.Run(10);
        }

        // Three duplicates ask for it, the acknowledgment of all comes while the device is busy, and closes the window.
        peer.BusyUntil = peer.Now + 5;
        for (int i = 0; i < 3; i++)
        {
            peer.Arrive(Port, connection.LocalPort, Irs + 1, iss + 1, TcpSegment.Ack);
        }

        peer.Arrive(Port, connection.LocalPort, Irs + 1, iss + 501, TcpSegment.Ack, window: 0);
        peer.Run(10);
        Assert.AreEqual(1, peer.Stack.Counters.GetValue(StackCounter.TcpFastRetransmits));
        peer.Sent.Clear();
        connection.Write(new byte[1000], 0, 1000);
        peer.Run(100);
        Assert.AreEqual(0, peer.Sent.Count, "the window is closed");
    }

    [TestMethod]
    public void Segments_that_lie_beyond_both_windows_are_not_answered_for_ever()
    {
        ScriptedPeer peer = new();
        (TcpConnection connection, uint iss) = peer.Open();

        // What comes back from a peer that thinks the same of ours.
        int answers = 0;
        for (int i = 0; i < 1000; i++)
        {
            peer.Arrive(Port, connection.LocalPort, unchecked(Irs + 20_000), iss + 1, TcpSegment.Ack);
            peer.Run(1);
            answers += peer.Sent.Count;
            peer.Sent.Clear();
        }

        Assert.IsGreaterThan(0, answers);
        Assert.IsLessThanOrEqualTo(TcpLimits.ChallengesPerInterval, answers);
    }

    [TestMethod]
    public void An_acknowledgment_from_the_very_end_of_the_window_counts()
    {
        ScriptedPeer peer = new();
        (TcpConnection connection, uint iss) = peer.Open();
        connection.Write(new byte[100], 0, 100);
        peer.Run(10);
        peer.Sent.Clear();

        // The peer has filled our window, the first segment of that was lost, and this is what it sends beyond all.
        peer.Arrive(Port, connection.LocalPort, unchecked(Irs + 1 + 2048), iss + 101, TcpSegment.Ack);
        peer.Run(10);
        Assert.AreEqual(0, connection.Unacknowledged);
        Assert.AreEqual(0, peer.Sent.Count, "nothing to answer");

        // A reset there lies outside of the window (RFC 5961 3.2).
        peer.Arrive(Port, connection.LocalPort, unchecked(Irs + 1 + 2048), iss + 101, TcpSegment.Rst);
        peer.Run(10);
        Assert.AreEqual(0, peer.Sent.Count);
        Assert.AreEqual(TcpState.Established, connection.State);
    }

    [TestMethod]
    [Requirement("RFC 5681", "3.1")]
    public void After_a_lost_syn_one_segment_goes_out_first()
    {
        ScriptedPeer peer = new();
        TcpConnection connection = peer.Stack.Connect(ScriptedPeer.PeerAddress, Port);
        peer.Run(1100);
        uint iss = peer.Take().Sequence;
        peer.Take();
        peer.Arrive(Port, connection.LocalPort, Irs, iss + 1, TcpSegment.Syn | TcpSegment.Ack, mss: 536);
        peer.Run(10);
        peer.Sent.Clear();
        connection.Write(new byte[2048], 0, 2048);
        peer.Run(100);
        Assert.HasCount(1, peer.Sent, "RFC 5681 3.1");
    }

    [TestMethod]
    public void After_a_lost_answer_to_a_syn_one_segment_goes_out_first()
    {
        ScriptedPeer peer = new();
        TcpListener listener = peer.Stack.Listen(Port, 1);
        peer.Arrive(5000, Port, Irs, 0, TcpSegment.Syn, mss: 536);
        peer.Run(1100);
        uint iss = peer.Take().Sequence;
        Assert.AreEqual(iss, peer.Take().Sequence);
        peer.Arrive(5000, Port, Irs + 1, iss + 1, TcpSegment.Ack);
        peer.Run(10);
        listener.Accept().Write(new byte[2048], 0, 2048);
        peer.Run(100);
        Assert.HasCount(1, peer.Sent, "RFC 5681 3.1");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-37")]
    public void A_connection_given_back_does_not_wait_for_ever_for_a_peer_that_takes_nothing()
    {
        ScriptedPeer peer = new();
        (TcpConnection connection, uint iss) = peer.Open(window: 100);
        connection.Write(new byte[2048], 0, 2048);
        connection.Close();
        peer.Run(10);
        for (int i = 0; i < 40; i++)
        {
            peer.Run(10_000);
            peer.Arrive(Port, connection.LocalPort, Irs + 1, iss + 101, TcpSegment.Ack, window: 0);
        }

        Assert.AreEqual(peer.Stack.ConnectionCapacity, peer.Stack.FreeConnections);
        peer.Run(10);
        Assert.IsTrue(peer.Sent.Exists(segment => segment.Has(TcpSegment.Rst)), "the peer learns that the rest is lost");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-37")]
    public void A_connection_that_is_held_waits_for_a_closed_window_as_long_as_the_peer_answers()
    {
        ScriptedPeer peer = new();
        (TcpConnection connection, uint iss) = peer.Open(window: 100);
        connection.Write(new byte[100], 0, 100);
        connection.CloseSend();
        peer.Run(10);

        // The window is just full, and this peer takes no FIN into a closed window.
        for (int i = 0; i < 40; i++)
        {
            peer.Arrive(Port, connection.LocalPort, Irs + 1, iss + 101, TcpSegment.Ack, window: 0);
            peer.Run(10_000);
        }

        Assert.AreEqual(TcpEndReason.None, connection.EndReason, "RFC 9293 MUST-37");
    }

    [TestMethod]
    public void What_was_read_is_acknowledged_though_the_connection_is_given_back_at_once()
    {
        ScriptedPeer peer = new();
        (TcpConnection connection, uint iss) = peer.Open();
        connection.CloseSend();
        peer.Run(10);
        peer.Arrive(Port, connection.LocalPort, Irs + 1, iss + 2, TcpSegment.Ack, text: new byte[10]);
        peer.Stack.Poll(peer.Now);
        Assert.AreEqual(10, connection.Read(new byte[10], 0, 10));
        connection.Close();
        peer.Sent.Clear();
        peer.Run(100);
        Assert.AreEqual(Irs + 11, peer.Take().Acknowledgment);
    }

    [TestMethod]
    public void A_neighbour_that_failed_while_the_cable_was_out_is_asked_again_at_once()
    {
        ScriptedPeer peer = new() { AnswersArp = false };
        TcpConnection connection = peer.Stack.Connect(ScriptedPeer.PeerAddress, Port);
        peer.Run(3500);
        Assert.AreEqual(TcpEndReason.Unreachable, connection.EndReason);
        connection.Close();
        peer.Status = LinkStatus.Down;
        peer.Run(10);
        peer.Status = LinkStatus.Up;
        peer.AnswersArp = true;
        connection = peer.Stack.Connect(ScriptedPeer.PeerAddress, Port);
        peer.Run(100);
        Assert.AreEqual(TcpState.SynSent, connection.State);
        Assert.IsTrue(peer.Take().Has(TcpSegment.Syn));
    }

    [TestMethod]
    public void A_neighbour_that_is_being_asked_for_gets_all_its_requests_after_the_cable_was_out()
    {
        ScriptedPeer peer = new() { AnswersArp = false };
        TcpConnection connection = peer.Stack.Connect(ScriptedPeer.PeerAddress, Port);
        peer.Run(2500);
        Assert.AreEqual(3, peer.ArpRequests);
        peer.Status = LinkStatus.Down;
        peer.Run(10_000);
        peer.Status = LinkStatus.Up;
        peer.AnswersArp = true;
        peer.Run(100);
        Assert.AreEqual(TcpState.SynSent, connection.State);
        Assert.IsTrue(peer.Take().Has(TcpSegment.Syn));
    }

    [TestMethod]
    public void An_opening_that_its_owner_or_an_icmp_message_ends_counts_as_failed()
    {
        ScriptedPeer peer = new();
        peer.Stack.Connect(ScriptedPeer.PeerAddress, Port).Close();
        Assert.AreEqual(1, peer.Stack.Counters.GetValue(StackCounter.TcpAttemptFails), "RFC 4022: from SYN-SENT to CLOSED");
        peer.Stack.Connect(ScriptedPeer.PeerAddress, Port).Abort();
        Assert.AreEqual(2, peer.Stack.Counters.GetValue(StackCounter.TcpAttemptFails));
        Assert.AreEqual(peer.Stack.ConnectionCapacity, peer.Stack.FreeConnections);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Aborting_what_was_closed_but_not_delivered_tells_the_peer(bool peerClosesFirst)
    {
        ScriptedPeer peer = new();
        (TcpConnection connection, uint iss) = peer.Open(window: 100);
        connection.Write(new byte[2048], 0, 2048);
        if (peerClosesFirst)
        {
            peer.Arrive(Port, connection.LocalPort, Irs + 1, iss + 1, TcpSegment.Fin | TcpSegment.Ack, window: 100);
            peer.Run(10);
            connection.CloseSend();
        }
        else
        {
            connection.CloseSend();
            peer.Arrive(Port, connection.LocalPort, Irs + 1, iss + 1, TcpSegment.Fin | TcpSegment.Ack, window: 100);
        }

        peer.Run(10);
        Assert.AreEqual(peerClosesFirst ? TcpState.LastAck : TcpState.Closing, connection.State);
        peer.Sent.Clear();
        connection.Abort();
        peer.Run(10);
        Assert.IsTrue(peer.Take().Has(TcpSegment.Rst), "our FIN was not even sent: the peer would wait for the rest for ever");
        Assert.AreEqual(peer.Stack.ConnectionCapacity, peer.Stack.FreeConnections);
    }

    [TestMethod]
    public void Duplicate_requests_do_not_wear_out_a_handshake()
    {
        ScriptedPeer peer = new();
        TcpListener listener = peer.Stack.Listen(Port, 1);
        for (int i = 0; i < 300; i++)
        {
            peer.Arrive(5000, Port, Irs, 0, TcpSegment.Syn);
            peer.Run(1);
        }

        peer.Arrive(5000, Port, Irs + 1, peer.Take().Sequence + 1, TcpSegment.Ack);
        peer.Run(10);
        Assert.AreEqual(1, listener.Pending);
    }

    [TestMethod]
    public void A_window_that_opens_and_closes_again_while_the_device_is_busy_is_still_probed()
    {
        ScriptedPeer peer = new();
        (TcpConnection connection, uint iss) = peer.Open(window: 100);
        connection.Write(new byte[1000], 0, 1000);
        peer.Run(10);
        peer.Arrive(Port, connection.LocalPort, Irs + 1, iss + 101, TcpSegment.Ack, window: 0);
        peer.Run(1500);
        peer.Sent.Clear();
        Assert.AreEqual(1, peer.Stack.Counters.GetValue(StackCounter.TcpZeroWindowProbes), "one octet is out now");
        peer.BusyUntil = peer.Now + 5;
        peer.Arrive(Port, connection.LocalPort, Irs + 1, iss + 101, TcpSegment.Ack, window: 1000);
        peer.Arrive(Port, connection.LocalPort, Irs + 1, iss + 101, TcpSegment.Ack, window: 0);
        peer.Run(10_000);
        Assert.AreNotEqual(0, peer.Sent.Count, "nothing would ever ask again whether the window is open");
        Assert.AreEqual(1, peer.Take().Text.Length);
    }
}
