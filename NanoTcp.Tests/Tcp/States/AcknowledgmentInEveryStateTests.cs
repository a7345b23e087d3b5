using NanoTcp.Primitives;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp.States;

/// <summary>RFC 9293 3.10.7, fifth, and RFC 5961 5.2: acknowledgments of what was never sent, of what is long over, and none at all.</summary>
[TestClass]
[Requirement("RFC 9293", "3.10.7.4")]
public sealed class AcknowledgmentInEveryStateTests : EveryStateTest
{
    [TestMethod]
    [Requirement("RFC 9293", "MAY-12")]
    [Requirement("RFC 5961", "5.2")]
    [DynamicData(nameof(SynchronizedStates))]
    public void RFC_5961_5_2_an_acknowledgment_of_what_was_never_sent_is_answered_and_its_segment_dropped(Place place)
    {
        Enter(place);
        foreach (int beyond in new[] { 1, 70_000 })
        {
            Send($"ACK seq {RcvNxt} ack {SndNxt + beyond}");
            Expect(BareAcknowledgment);
            Send($"FIN,ACK seq {RcvNxt} ack {SndNxt + beyond} len 10");
            Expect(BareAcknowledgment);
            Stays();
        }

        Counted(StackCounter.TcpChallengeAcks, 4);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MAY-12")]
    [Requirement("RFC 5961", "5.2")]
    [DynamicData(nameof(SynchronizedStates))]
    public void RFC_5961_5_2_an_acknowledgment_older_than_any_window_is_answered_and_its_segment_dropped(Place place)
    {
        Enter(place);
        foreach (int before in new[] { 65_536, 100_000 })
        {
            Send($"ACK seq {RcvNxt} ack {SndUna - before}");
            Expect(BareAcknowledgment);
            Send($"FIN,ACK seq {RcvNxt} ack {SndUna - before} len 10");
            Expect(BareAcknowledgment);
            Stays();
        }

        Counted(StackCounter.TcpChallengeAcks, 4);
    }

    [TestMethod]
    [DynamicData(nameof(SynchronizedStates))]
    public void An_acknowledgment_that_says_nothing_new_is_not_answered(Place place)
    {
        Enter(place);
        Send($"ACK seq {RcvNxt} ack {SndUna}");
        Send($"ACK seq {RcvNxt} ack {SndUna - 1}");
        Send($"ACK seq {RcvNxt} ack {SndUna - 3999}");
        ExpectNothing();
        Stays();
    }

    [TestMethod]
    [Requirement("RFC 9293", "3.5.2")]
    [DataRow(Place.Closed)]
    [DataRow(Place.Listen)]
    [DataRow(Place.SynSent)]
    [DataRow(Place.SynReceived)]
    [DataRow(Place.SynReceivedActive)]
    public void RFC_9293_3_5_2_before_it_is_synchronized_a_wrong_acknowledgment_is_answered_by_a_reset_at_that_number(Place place)
    {
        Enter(place);
        foreach (int ack in new[] { 0, 2, 3, -1, 70_000, -70_000 })
        {
            Send($"ACK seq {RcvNxt} ack {ack}");
            Expect($"RST seq {ack} win 0");
            Send($"FIN,ACK seq {RcvNxt} ack {ack} len 10");
            Expect($"RST seq {ack} win 0");
            Stays();
        }
    }

    [TestMethod]
    [Requirement("RFC 9293", "3.10.7.4")]
    [DynamicData(nameof(OtherStates))]
    public void RFC_9293_3_10_7_4_without_ACK_a_segment_is_dropped_whatever_else_it_says(Place place)
    {
        Enter(place);
        foreach (string flags in new[] { "none", "PSH", "URG", "FIN", "FIN,PSH,URG" })
        {
            Send($"{flags} seq {RcvNxt}");
            Send($"{flags} seq {RcvNxt} len 10");
            ExpectNothing();
            Stays();
        }

        At(30_000 - 1);
        T.Bench.Sent.Clear();
    }

    [TestMethod]
    [Requirement("RFC 9293", "3.10.7.4")]
    [DynamicData(nameof(OtherStates))]
    public void RFC_9293_3_10_7_4_without_ACK_and_outside_the_window_a_segment_is_answered_like_any_other_there(Place place)
    {
        Enter(place);
        Send($"none seq {RcvNxt - 1}");
        Expect(BareAcknowledgment);
        Send($"PSH seq {RcvNxt - 20} len 10");
        Expect(BareAcknowledgment);
        Send($"FIN seq {RcvNxt + 100_000}");
        Expect(BareAcknowledgment);
        Stays();
    }
}
