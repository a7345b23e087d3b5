using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp.States;

/// <summary>RFC 9293 3.10.7.4, sixth to eighth: what should not come any more after the peer's FIN.</summary>
[TestClass]
[Requirement("RFC 9293", "3.10.7.4")]
public sealed class AfterThePeersFinTests : EveryStateTest
{
    [TestMethod]
    [DynamicData(nameof(StatesAfterThePeersFin))]
    public void Data_behind_the_FIN_is_ignored_and_acknowledged(Place place)
    {
        Enter(place);
        Send($"PSH,ACK seq {RcvNxt} ack {SndUna} len 10");
        Expect(BareAcknowledgment);
        Send($"URG,ACK seq {RcvNxt} ack {SndUna} len 10");
        Expect(BareAcknowledgment);
        Stays();
        if (IsHeld(place))
        {
            T.Check(0, Connection.Readable, "readable");
            T.Check(true, Connection.EndOfStream, "end of stream");
        }
    }

    [TestMethod]
    [DynamicData(nameof(StatesAfterThePeersFin))]
    public void A_second_FIN_behind_the_first_ends_nothing_again(Place place)
    {
        Enter(place);
        Send($"FIN,ACK seq {RcvNxt} ack {SndUna}");
        Expect(BareAcknowledgment);
        Send($"FIN,ACK seq {RcvNxt} ack {SndUna} len 10");
        Expect(BareAcknowledgment);
        Stays();
    }

    [TestMethod]
    [DynamicData(nameof(StatesAfterThePeersFin))]
    public void The_FIN_again_is_acknowledged_again_whenever_it_comes(Place place)
    {
        Enter(place);
        for (int i = 0; i < 5; i++)
        {
            Send($"FIN,ACK seq {RcvNxt - 1} ack {SndUna}");
            Expect(BareAcknowledgment);
        }

        Stays();
    }

    [TestMethod]
    [DynamicData(nameof(StatesAfterThePeersFin))]
    public void The_FIN_again_with_data_before_it_is_acknowledged_again(Place place)
    {
        Enter(place);
        Send($"FIN,ACK seq {RcvNxt - 11} ack {SndUna} len 10");
        Expect(BareAcknowledgment);
        Stays();
    }
}
