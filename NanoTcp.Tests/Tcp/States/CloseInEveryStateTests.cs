using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp.States;

/// <summary>RFC 9293 3.10.4: CLOSE, once and again.</summary>
[TestClass]
[Requirement("RFC 9293", "3.10.4")]
public sealed class CloseInEveryStateTests : EveryStateTest
{
    [TestMethod]
    [DataRow(Place.FinWait1)]
    [DataRow(Place.FinWait2)]
    [DataRow(Place.Closing)]
    [DataRow(Place.LastAck)]
    [DataRow(Place.TimeWait)]
    public void CLOSE_again_sends_nothing_and_changes_nothing(Place place)
    {
        Enter(place);
        CloseSend();
        CloseSend();
        ExpectNothing();
        Stays();
    }

    [TestMethod]
    [DataRow(Place.Established, TcpState.FinWait1)]
    [DataRow(Place.CloseWait, TcpState.LastAck)]
    public void CLOSE_sends_one_FIN(Place place, TcpState then)
    {
        Enter(place);
        CloseSend();
        Expect($"FIN,ACK seq {SndNxt} ack {RcvNxt}");
        Is(then);
        CloseSend();
        ExpectNothing();
        T.Check(0, Connection.Writable, "writable");
    }

    [TestMethod]
    [DynamicData(nameof(HeldStates))]
    public void Whatever_the_state_giving_back_is_the_end_for_the_owner_and_nothing_is_left_in_the_end(Place place)
    {
        // That every pool is full again, and nothing allocated, is checked when the trace ends.
        Enter(place);
        Close();
        T.Bench.Sent.Clear();
        T.Bench.AdvanceTo(T.Bench.Now + 400_000);
        T.Bench.Sent.Clear();
        T.Check(4, T.Stack.FreeConnections, "free connections");
    }
}
