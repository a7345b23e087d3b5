using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp.States;

/// <summary>RFC 9293 3.10.7.4, fourth, and RFC 5961 4.2: a SYN where there is a connection already.</summary>
[TestClass]
[Requirement("RFC 9293", "3.10.7.4")]
public sealed class SynInEveryStateTests : EveryStateTest
{
    [TestMethod]
    [Requirement("RFC 5961", "4.2")]
    [DynamicData(nameof(SynchronizedStates))]
    public void RFC_5961_4_2_a_SYN_is_challenged_whatever_its_sequence_number(Place place)
    {
        Enter(place);
        int challenges = 0;
        foreach (int sequence in new[] { RcvNxt, 0, RcvNxt - 1, RcvNxt - 100_000, RcvNxt + 1, 2048, 2049, RcvNxt + 100_000 })
        {
            if (place == Place.TimeWaitGivenBack && sequence > RcvNxt)
            {
                // MAY-2 of RFC 9293: it would open a new connection.
                continue;
            }

            Send($"SYN seq {sequence} win 4000 mss 1000");
            Expect(BareAcknowledgment);
            challenges++;
        }

        Stays();
        Counted(StackCounter.TcpOutRsts, 0);
        Counted(StackCounter.TcpChallengeAcks, challenges);
    }

    [TestMethod]
    [Requirement("RFC 5961", "4.2")]
    [DynamicData(nameof(SynchronizedStates))]
    public void A_SYN_ACK_in_a_synchronized_state_is_challenged_and_acknowledges_nothing(Place place)
    {
        Enter(place);
        foreach (int sequence in new[] { 0, RcvNxt, RcvNxt + 1 })
        {
            Send($"SYN,ACK seq {sequence} ack {SndNxt} win 4000 mss 1000");
            Expect(BareAcknowledgment);
            Stays();
        }
    }

    [TestMethod]
    [Requirement("RFC 5961", "7")]
    [DynamicData(nameof(SynchronizedStates))]
    public void RFC_5961_7_the_challenges_of_SYNs_are_limited(Place place)
    {
        Enter(place);
        IsAnsweredAFewTimes($"SYN seq {RcvNxt - 5000}", $"SYN seq {RcvNxt}");
    }

    [TestMethod]
    [DynamicData(nameof(SynchronizedStates))]
    public void Data_and_FIN_that_come_with_a_SYN_are_not_taken(Place place)
    {
        Enter(place);
        Send($"SYN,ACK seq {RcvNxt} ack {SndNxt} len 10");
        Expect(BareAcknowledgment);
        Send($"SYN,FIN,ACK seq {RcvNxt} ack {SndNxt}");
        Expect(BareAcknowledgment);
        Stays();
    }

    [TestMethod]
    [DataRow(Place.SynReceived)]
    [DataRow(Place.SynReceivedActive)]
    public void SYN_RECEIVED_answers_the_same_SYN_again_and_challenges_another(Place place)
    {
        Enter(place);
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        foreach (int sequence in new[] { 1, 2, 2048, 2049, -1, -100_000, 100_000 })
        {
            Send($"SYN seq {sequence} win 4000 mss 1000");
            Expect(BareAcknowledgment);
        }

        Stays();
        Counted(StackCounter.TcpChallengeAcks, 7);

        // A peer that has really begun anew answers so, and is let in with its next SYN.
        Send("RST seq 1");
        IsGone(TcpEndReason.Refused);
    }
}
