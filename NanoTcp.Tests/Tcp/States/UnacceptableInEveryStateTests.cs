using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp.States;

/// <summary>RFC 9293 3.10.7.4, first: what lies outside the window is answered and dropped, but not for ever.</summary>
[TestClass]
[Requirement("RFC 9293", "3.10.7.4")]
public sealed class UnacceptableInEveryStateTests : EveryStateTest
{
    [TestMethod]
    [DynamicData(nameof(OtherStates))]
    public void Data_outside_the_window_is_dropped_and_always_acknowledged(Place place)
    {
        Enter(place);
        for (int i = 0; i < 3; i++)
        {
            Send($"PSH,ACK seq {RcvNxt - 10} ack {SndNxt} len 10");
            Expect(BareAcknowledgment);
            Send($"ACK seq 2049 ack {SndNxt} len 10");
            Expect(BareAcknowledgment);
            Send($"FIN,ACK seq {RcvNxt + 100_000} ack {SndNxt} len 10");
            Expect(BareAcknowledgment);
        }

        Stays();
    }

    [TestMethod]
    [Requirement("RFC 5961", "7")]
    [DynamicData(nameof(OtherStates))]
    public void A_bare_acknowledgment_outside_the_window_is_answered_a_few_times_only(Place place)
    {
        // What answers it may be of the same opinion about us, and two that answer each other never end.
        Enter(place);
        IsAnsweredAFewTimes($"ACK seq {RcvNxt - 1} ack {SndNxt}", $"ACK seq {RcvNxt + 100_000} ack {SndNxt}");
    }
}
