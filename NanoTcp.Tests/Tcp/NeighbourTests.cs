using NanoTcp.Tcp;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 1122 2.3.2.1 under a connection: its neighbour's entry grows old, is lost, and comes back.</summary>
[TestClass]
public sealed class NeighbourTests : TraceTest
{
    [TestMethod]
    public void An_ARP_entry_that_grows_old_in_the_middle_of_a_connection_delays_nothing()
    {
        OpenPassive();
        for (int i = 0; i < 30; i++)
        {
            At(i * 10_000);
            Write(10);
            Expect($"ACK seq {1 + (i * 10)} ack 1 len 10");
            Send($"ACK seq 1 ack {11 + (i * 10)}");
        }
    }

    [TestMethod]
    public void An_ARP_entry_forgotten_in_the_middle_of_a_connection_is_asked_for_again()
    {
        OpenPassive();
        At(3_600_000);
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        Send("ACK seq 1 ack 11");
        At(7_200_000);
        Send("ACK seq 1 ack 11 len 10");
        Read(10);
        At(7_200_040);
        Expect("ACK seq 11 ack 11");
    }

    [TestMethod]
    public void A_neighbour_lost_in_the_middle_of_a_connection_is_reported_and_tried_on()
    {
        OpenPassive();
        T.Bench.FirstSilent = 0;
        At(70_000);
        Write(10);

        // The old address serves while it is asked for.
        Expect("ACK seq 1 ack 1 len 10");
        At(71_000);
        Expect("ACK seq 1 ack 1 len 10");
        At(90_000);
        ExpectNothing();
        Is(TcpState.Established);
        T.Check(true, Connection.ReportedUnreachable, "reported unreachable");

        T.Bench.FirstSilent = uint.MaxValue;
        At(101_000);
        Expect("ACK seq 1 ack 1 len 10");
        Send("ACK seq 1 ack 11");
        T.Check(false, Connection.ReportedUnreachable, "reported unreachable");
        At(1_000_000);
        ExpectNothing();
        Is(TcpState.Established);
    }

    [TestMethod]
    public void A_neighbour_that_never_comes_back_ends_the_connection_as_unreachable_after_R2()
    {
        OpenPassive();
        T.Bench.FirstSilent = 0;
        At(70_000);
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        At(71_000);
        Expect("ACK seq 1 ack 1 len 10");
        At(189_999);
        Is(TcpState.Established);
        At(200_000);
        ExpectNothing();
        Ended(TcpEndReason.Unreachable);
    }
}
