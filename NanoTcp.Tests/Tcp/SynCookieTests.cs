using NanoTcp.Emulation;
using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 4987 3.6: handshakes of which this side keeps nothing but what it has said.</summary>
[TestClass]
public sealed class SynCookieTests : TraceTest
{
    private const uint Local = 0x0A000002;
    private const uint Remote = 0x0A000001;
    private const uint Ports = (80u << 16) | 5000;
    private const uint Irs = 0xFFFFFF00;

    private readonly SynCookies _cookies = new(new IsnGenerator(new SeededRandom(7)));

    [TestMethod]
    [Requirement("RFC 4987", "3.6")]
    public void The_largest_segment_is_never_more_than_the_peer_offered_and_the_default_when_it_offered_none()
    {
        (int Offered, int Taken)[] sizes =
        [
            (0, 536), (1, 64), (63, 64), (64, 64), (255, 64), (256, 256), (535, 256), (536, 536), (1023, 536), (1024, 1024),
            (1299, 1024), (1300, 1300), (1379, 1300), (1380, 1380), (1439, 1380), (1440, 1440), (1452, 1440), (1460, 1460), (65535, 1460),
        ];
        foreach ((int offered, int taken) in sizes)
        {
            int found = Check(_cookies.Make(Local, Remote, Ports, Irs, offered, 0), 0);
            Assert.AreEqual(taken, SynCookies.MaxSegmentSize(found), $"{offered}");
        }
    }

    [TestMethod]
    [Requirement("RFC 4987", "3.6")]
    public void A_cookie_is_good_for_one_to_two_ticks_and_not_again_when_the_octet_of_the_time_comes_back()
    {
        const long Tick = (1L << 24) / IsnGenerator.TicksPerMillisecond;
        foreach (long start in new[] { 0L, Tick, (Tick * 255) + 10, (1L << 31) + 5, (1L << 32) + 99, long.MaxValue / 1000 })
        {
            uint cookie = _cookies.Make(Local, Remote, Ports, Irs, 1460, start);
            Assert.IsGreaterThanOrEqualTo(0, Check(cookie, start));
            Assert.IsGreaterThanOrEqualTo(0, Check(cookie, start + Tick));
            Assert.AreEqual(SynCookies.Rejected, Check(cookie, start + (2 * Tick) + 2));
            Assert.AreEqual(SynCookies.Rejected, Check(cookie, start + (100 * Tick)));

            // The upper octet of the clock is the same after 256 ticks, nearly five hours.
            Assert.AreEqual(SynCookies.Doubtful, Check(cookie, start + (((1L << 32) / IsnGenerator.TicksPerMillisecond) + 1)));
        }
    }

    [TestMethod]
    [Requirement("RFC 4987", "3.6")]
    public void A_cookie_is_good_only_for_those_whom_it_was_given()
    {
        uint cookie = _cookies.Make(Local, Remote, Ports, Irs, 1460, 0);
        uint next = cookie + 1;
        Assert.IsGreaterThanOrEqualTo(0, _cookies.Check(Local, Remote, Ports, Irs + 1, next, false, 0));
        Assert.IsLessThan(0, _cookies.Check(Local, Remote + 1, Ports, Irs + 1, next, false, 0));
        Assert.IsLessThan(0, _cookies.Check(Local + 1, Remote, Ports, Irs + 1, next, false, 0));
        Assert.IsLessThan(0, _cookies.Check(Local, Remote, Ports + 1, Irs + 1, next, false, 0));
        Assert.IsLessThan(0, _cookies.Check(Local, Remote, Ports + 0x10000, Irs + 1, next, false, 0));
        Assert.AreEqual(SynCookies.Doubtful, _cookies.Check(Local, Remote, Ports, Irs + 2, next, false, 0));
        Assert.AreEqual(SynCookies.Doubtful, _cookies.Check(Local, Remote, Ports, Irs + 2, next, true, 0));
        SynCookies afterBoot = new(new IsnGenerator(new SeededRandom(8)));
        Assert.IsLessThan(0, afterBoot.Check(Local, Remote, Ports, Irs + 1, next, false, 0));
    }

    [TestMethod]
    public void A_probe_one_below_the_first_octet_is_known_by_its_cookie_when_it_is_empty()
    {
        uint cookie = _cookies.Make(Local, Remote, Ports, Irs, 1460, 0);
        int found = _cookies.Check(Local, Remote, Ports, Irs, cookie + 1, true, 0);
        Assert.AreEqual(SynCookies.OneBelow, found & SynCookies.OneBelow);
        Assert.AreEqual(1460, SynCookies.MaxSegmentSize(found));
        Assert.AreEqual(SynCookies.Doubtful, _cookies.Check(Local, Remote, Ports, Irs, cookie + 1, false, 0));
    }

    [TestMethod]
    public void Of_guesses_two_in_256_have_the_time_right_and_none_the_hash()
    {
        SeededRandom random = new(5);
        int timely = 0;
        const int Guesses = 1 << 20;
        for (int i = 0; i < Guesses; i++)
        {
            int found = _cookies.Check(Local, Remote, Ports, random.NextUInt32(), random.NextUInt32(), false, 1_000_000);
            Assert.IsLessThan(0, found);
            timely += found == SynCookies.Doubtful ? 1 : 0;
        }

        Assert.AreEqual(2.0 / 256, (double)timely / Guesses, 0.0005, "guesses that have at least the time right");
    }

    [TestMethod]
    public void RFC_6528_the_numbers_of_one_pair_grow_with_the_clock_whether_they_are_cookies_or_not()
    {
        IsnGenerator isn = new(new SeededRandom(9));
        SynCookies cookies = new(isn);
        const uint Tick = 1u << 24;
        for (long now = 0; now < 100_000_000; now += 70_001)
        {
            uint plain = isn.Next(Local, Remote, Ports, now);
            uint cookie = cookies.Make(Local, Remote, Ports, (uint)now, 1460, now);
            Assert.IsLessThan(Tick, (uint)System.Math.Abs((int)(cookie - plain)));
            uint later = cookies.Make(Local, Remote, Ports, (uint)now, 1460, now + 134_218);
            Assert.IsGreaterThan(0, (int)(later - cookie));
        }
    }

    [TestMethod]
    public void The_window_of_the_SYN_is_lost_and_that_of_the_acknowledgment_counts()
    {
        Overflowing();
        Send("SYN seq 0 win 100 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 win 0 mss 1460");
        Send("ACK seq 1 ack 1 win 300");
        Expect("ACK seq 1 ack 1 win 2048");
        Accept();
        Is(TcpState.Established);
        Write(1000);
        Expect("ACK seq 1 ack 1 len 300");
    }

    [TestMethod]
    public void The_largest_segment_comes_from_the_cookie()
    {
        Overflowing();
        Send("SYN seq 0 win 4000 mss 700");
        Expect("SYN,ACK seq 0 ack 1 win 0 mss 1460");
        Send("ACK seq 1 ack 1 win 4000");
        Expect("ACK seq 1 ack 1 win 2048");
        Accept();
        Write(1000);
        Expect("ACK seq 1 ack 1 len 536");
        Send("ACK seq 1 ack 537 win 4000");
        Expect("ACK,PSH seq 537 ack 1 len 464");
    }

    [TestMethod]
    public void Data_and_FIN_that_come_with_the_acknowledgment_are_taken()
    {
        Overflowing();
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 win 0 mss 1460");
        Send("FIN,ACK,PSH seq 1 ack 1 len 10");
        Expect("ACK seq 1 ack 12");
        Accept();
        Is(TcpState.CloseWait);
        Read(10);
    }

    [TestMethod]
    public void When_the_acknowledgment_is_lost_the_data_behind_it_brings_the_cookie_and_what_is_ahead_of_it_waits()
    {
        Overflowing();
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 win 0 mss 1460");

        // Lost: the acknowledgment, and the first of two segments. A reset would end what the peer is about to repeat.
        Send("ACK seq 11 ack 1 len 10");
        ExpectNothing();
        At(500);
        Send("ACK seq 1 ack 1 len 10");
        Expect("ACK seq 1 ack 11 win 2038");
        Accept();
        Send("ACK seq 11 ack 1 len 10");
        At(540);
        Expect("ACK seq 1 ack 21");
        Read(20);
    }

    [TestMethod]
    public void A_wrong_acknowledgment_is_reset_and_one_that_comes_too_late_too()
    {
        Overflowing();
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 win 0 mss 1460");
        Send("ACK seq 1 ack 2");
        Expect("RST seq 2 win 0");
        Send("ACK seq 5 ack 1");
        Expect("RST seq 1 win 0");
        Counted(StackCounter.TcpSynCookiesRejected, 2);
        At(200_000);
        T.Bench.Sent.Clear();
        Send("ACK seq 1 ack 1");
        Expect("RST seq 1 win 0");
        Counted(StackCounter.TcpSynCookiesRejected, 2);
        T.Check(0, T.Listener.Pending, "pending");
    }

    [TestMethod]
    public void A_cookie_opens_nothing_while_there_is_no_want_of_records()
    {
        Listen();
        uint iss = new SynCookies(new IsnGenerator(new Link.ConstantRandom())).Make(
            Link.StackBench.OwnAddress,
            Link.StackBench.PeerAddress,
            ((uint)Trace.ListenPort << 16) | Trace.PeerPort,
            T.Peer.Iss,
            1000,
            T.Bench.Now);
        Send($"ACK seq 1 ack ={iss + 1}");
        T.Peer.StackIss = iss;
        Expect("RST seq 1 win 0");
        T.Check(0, T.Listener.Pending, "pending");
        Counted(StackCounter.TcpSynCookiesRejected, 0);
    }

    [TestMethod]
    public void A_handshake_finished_by_a_cookie_waits_for_a_connection_like_any_other()
    {
        Overflowing(connections: 1);
        TracePeer first = Client(1);
        T.As(first);
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 win 0 mss 1460");
        TracePeer second = Client(2);
        T.As(second);
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 win 0 mss 1460");
        TracePeer third = Client(3);
        T.As(third);
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 win 0 mss 1460");

        T.As(first);
        Send("ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 1 win 2048");
        Accept();

        // It takes the record of a peer that has not answered.
        T.As(second);
        Send("ACK seq 1 ack 1");
        T.Check(1, T.Stack.HalfOpenCount, "handshakes");
        T.Check(0, T.Listener.Pending, "pending");

        // And this one finds no record either: it is neither noted nor reset, and asks again by its probes.
        T.As(third);
        Send("ACK seq 1 ack 1");
        ExpectNothing();
        Send("ACK seq 1 ack 1 len 1");
        Expect("ACK seq 1 ack 1 win 0");
        Send("ACK seq 0 ack 1");
        Expect("ACK seq 1 ack 1 win 0");
        Counted(StackCounter.TcpHalfOpenDrops, 3);

        At(500);
        Abort();
        T.As(first);
        Expect("RST,ACK seq 1 ack 1");
        T.As(second);
        Expect("ACK seq 1 ack 1 win 2048");
        T.Check(second.Port, Accept().RemotePort, "port");
        Abort();
        Expect("RST,ACK seq 1 ack 1");
        At(1000);
        T.As(third);
        Send("ACK seq 1 ack 1 len 1");
        Expect("ACK seq 1 ack 2 win 2047");
        T.Check(third.Port, Accept().RemotePort, "port");
        Read(1);
        Counted(StackCounter.TcpSynCookiesAccepted, 3);
    }

    [TestMethod]
    public void When_the_acknowledgment_is_lost_a_probe_of_the_closed_window_brings_the_cookie()
    {
        Overflowing();
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 win 0 mss 1460");

        // As Linux probes.
        At(200);
        Send("ACK seq 0 ack 1");
        Expect("ACK seq 1 ack 1 win 2048");
        Accept();
        Is(TcpState.Established);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void An_old_duplicate_of_an_acknowledgment_opens_no_second_connection(bool inOrder)
    {
        Overflowing();
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 win 0 mss 1460");
        Send("ACK seq 1 ack 1 len 10");
        Expect("ACK seq 1 ack 11 win 2038");
        Accept();
        Read(10);
        if (inOrder)
        {
            Send("FIN,ACK seq 11 ack 1");
            Expect("ACK seq 1 ack 12");
            Close();
            Expect("FIN,ACK seq 1 ack 12");
            Send("ACK seq 12 ack 2");
        }
        else
        {
            Send("RST seq 11");
            Close();
        }

        Send("ACK seq 1 ack 1 len 10");
        Expect($"ACK seq {(inOrder ? 2 : 1)} ack {(inOrder ? 12 : 11)}");
        T.Check(0, T.Listener.Pending, "pending");
        Counted(StackCounter.TcpSynCookiesAccepted, 1);
    }

    [TestMethod]
    public void Nor_does_it_while_the_owner_holds_the_connection_that_is_over()
    {
        Overflowing();
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 win 0 mss 1460");
        Send("ACK seq 1 ack 1 len 10");
        Expect("ACK seq 1 ack 11 win 2038");
        Accept();
        Read(10);
        Send("FIN,ACK seq 11 ack 1");
        Expect("ACK seq 1 ack 12");
        CloseSend();
        Expect("FIN,ACK seq 1 ack 12");
        Send("ACK seq 12 ack 2");
        Ended(TcpEndReason.Closed);
        Send("ACK seq 1 ack 1 len 10");
        Expect("RST seq 1 win 0");
        T.Check(0, T.Listener.Pending, "pending");
        Counted(StackCounter.TcpSynCookiesAccepted, 1);
    }

    [TestMethod]
    public void Nor_does_what_the_peer_sends_that_has_not_seen_the_FIN_when_that_is_given_up()
    {
        Overflowing();
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 win 0 mss 1460");
        Send("ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 1 win 2048");
        Accept();
        T.Close(100);
        Expect("FIN,ACK seq 1 ack 1");
        At(100);
        Counted(StackCounter.TcpGiveUps, 1);

        // The acknowledgment in it is that of the cookie still.
        Send("ACK seq 1 ack 1 len 10");
        Expect("ACK seq 2 ack 1");
        T.Check(0, T.Listener.Pending, "pending");
        Counted(StackCounter.TcpSynCookiesAccepted, 1);
    }

    /// <summary>One record, taken by a peer that does not answer.</summary>
    private void Overflowing(int connections = 2)
    {
        Listen(
            options =>
            {
                options.HalfOpen = 1;
                options.Connections = connections;
            },
            backlog: 2);
        TracePeer peer = T.Peer;
        T.As(Client(9));
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        T.As(peer);
    }

    private int Check(uint cookie, long now)
    {
        return _cookies.Check(Local, Remote, Ports, Irs + 1, cookie + 1, false, now);
    }
}
