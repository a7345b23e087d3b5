using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp.States;

/// <summary>RFC 9293 3.5.3 and 3.10.7, RFC 5961 3.2: which resets are believed in which state.</summary>
[TestClass]
[Requirement("RFC 9293", "3.10.7.4")]
public sealed class ResetInEveryStateTests : EveryStateTest
{
    [TestMethod]
    [Requirement("RFC 9293", "MUST-11", "MUST-12")]
    [Requirement("RFC 1337", "3")]
    [Requirement("RFC 5961", "3.2")]
    [Requirement("RFC 4022", "tcpAttemptFails", "tcpEstabResets")]
    [DynamicData(nameof(OtherStates))]
    public void RFC_5961_3_2_the_exact_reset_ends_every_state_but_TIME_WAIT(Place place)
    {
        Enter(place);
        Send($"RST seq {RcvNxt}");
        ExpectNothing();
        if (IsTimeWait)
        {
            // RFC 1337.
            Stays();
            return;
        }

        IsGone(place == Place.SynReceivedActive ? TcpEndReason.Refused : TcpEndReason.Reset);
        bool failed = IsSynReceived;
        bool open = place is Place.Established or Place.EstablishedNotAccepted or Place.CloseWait;
        Counted(StackCounter.TcpAttemptFails, failed ? 1 : 0);
        Counted(StackCounter.TcpEstabResets, open ? 1 : 0);
    }

    [TestMethod]
    [Requirement("RFC 5961", "3.2")]
    [DynamicData(nameof(OtherStates))]
    public void A_reset_with_an_acknowledgment_is_judged_by_its_sequence_number_alone(Place place)
    {
        Enter(place);
        Send($"RST,ACK seq {RcvEnd} ack {SndNxt}");
        ExpectNothing();
        Stays();
        Send($"RST,ACK seq {RcvNxt} ack {SndNxt + 70_000}");
        ExpectNothing();
        if (!IsTimeWait)
        {
            IsGone(place == Place.SynReceivedActive ? TcpEndReason.Refused : TcpEndReason.Reset);
        }
    }

    [TestMethod]
    [Requirement("RFC 9293", "SHLD-2")]
    [DynamicData(nameof(OtherStates))]
    public void SHLD_2_a_reset_may_carry_data(Place place)
    {
        Enter(place);
        Send($"RST seq {RcvNxt} len 10");
        ExpectNothing();
        if (!IsTimeWait)
        {
            IsGone(place == Place.SynReceivedActive ? TcpEndReason.Refused : TcpEndReason.Reset);
        }
    }

    [TestMethod]
    [Requirement("RFC 5961", "3.2")]
    [DynamicData(nameof(OtherStates))]
    public void RFC_5961_3_2_the_data_of_a_reset_does_not_bring_its_number_into_the_window(Place place)
    {
        Enter(place);
        Send($"RST seq {RcvNxt - 5} len 10");
        Send($"RST,ACK seq {RcvNxt - 1} ack {SndNxt} len 1");
        Send($"RST,FIN,ACK seq {RcvNxt - 1} ack {SndNxt} len 1");
        ExpectNothing();
        Stays();
    }

    [TestMethod]
    [Requirement("RFC 5961", "3.2")]
    [DynamicData(nameof(OtherStates))]
    public void RFC_5961_3_2_a_reset_elsewhere_in_the_window_is_challenged(Place place)
    {
        Enter(place);
        int answers = 0;
        foreach (int sequence in new[] { RcvNxt + 1, RcvNxt + 1000, 2048 })
        {
            Send($"RST seq {sequence}");
            if (!IsRecord)
            {
                // A record knows no window, so that there everything but the exact number is outside of it.
                Expect(BareAcknowledgment);
                answers++;
            }
        }

        Stays();
        Counted(StackCounter.TcpOutRsts, 0);
        Counted(StackCounter.TcpChallengeAcks, answers);
    }

    [TestMethod]
    [Requirement("RFC 5961", "3.2")]
    [DynamicData(nameof(OtherStates))]
    public void RFC_5961_3_2_a_reset_outside_the_window_is_dropped_silently(Place place)
    {
        Enter(place);
        foreach (int sequence in new[] { RcvNxt - 1, RcvEnd, RcvNxt - 100_000, RcvNxt + 100_000, int.MaxValue, int.MinValue + 10 })
        {
            Send($"RST seq {sequence}");
            ExpectNothing();
        }

        Stays();
    }

    [TestMethod]
    [DataRow(Place.Closed)]
    [DataRow(Place.Listen)]
    public void CLOSED_and_LISTEN_ignore_every_reset(Place place)
    {
        Enter(place);
        Send("RST seq 0", "RST seq 1", "RST,ACK seq 1 ack 1", "RST,ACK seq 0 ack 70000", "RST,SYN seq 0", "RST,FIN seq 5 len 10");
        ExpectNothing();
        Stays();
        Counted(StackCounter.TcpOutRsts, 0);
    }

    [TestMethod]
    [DynamicData(nameof(OtherStates))]
    public void After_the_reset_nothing_is_left_that_would_take_the_peers_segments(Place place)
    {
        Enter(place);
        if (IsTimeWait)
        {
            return;
        }

        Send($"RST seq {RcvNxt}");
        Send($"ACK seq {RcvNxt} ack {SndNxt} len 10");
        Expect($"RST seq {SndNxt} win 0");
    }
}
