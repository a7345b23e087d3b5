using NanoTcp.Primitives;
using NanoTcp.Tcp;

namespace NanoTcp.Tests.Tcp;

/// <summary>
/// Connections given back of which only the FIN is not acknowledged: a few numbers repeat it, and the connection is free.
/// </summary>
[TestClass]
public sealed class FarewellTests : TraceTest
{
    [TestMethod]
    public void The_connection_is_free_as_soon_as_its_FIN_is_out_and_all_data_is_acknowledged()
    {
        OpenPassive();
        Write(100);
        Expect("ACK,PSH seq 1 ack 1 len 100");
        Close();
        Expect("FIN,ACK seq 101 ack 1");
        T.Check(3, T.Stack.FreeConnections, "free connections: the data may be lost");
        Send("ACK seq 1 ack 101");
        T.Check(4, T.Stack.FreeConnections, "free connections");
        T.Check(1, T.Stack.TimeWaitCount, "farewells");
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void RFC_6298_5_5_the_FIN_is_repeated_with_back_off_and_its_peer_given_up_after_two_minutes(bool peerFirst)
    {
        OpenPassive();
        string fin = "FIN,ACK seq 1 ack 1";
        if (peerFirst)
        {
            Send("FIN,ACK seq 1 ack 1");
            Expect("ACK seq 1 ack 2");
            fin = "FIN,ACK seq 1 ack 2";
        }

        Close();
        Expect(fin);
        T.Check(4, T.Stack.FreeConnections, "free connections");
        foreach (int second in new[] { 1, 3, 7, 15, 31, 63 })
        {
            At(second * 1000);
            Expect(fin);
        }

        At(119_999);
        T.Check(1, T.Stack.TimeWaitCount, "farewells");
        At(120_000);
        T.Check(0, T.Stack.TimeWaitCount, "farewells");
        Counted(StackCounter.TcpGiveUps, 1);
        Counted(StackCounter.TcpTimeouts, 6);
        Counted(StackCounter.TcpRetransSegs, 6);
    }

    [TestMethod]
    public void LAST_ACK_ends_with_the_acknowledgment_of_the_FIN_and_not_with_an_older_one()
    {
        OpenPassive();
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 2");
        Close();
        Expect("FIN,ACK seq 1 ack 2");
        Send("ACK seq 2 ack 1");
        ExpectNothing();
        T.Check(1, T.Stack.TimeWaitCount, "farewells");
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 2 ack 2");
        Send("ACK seq 2 ack 2");
        T.Check(0, T.Stack.TimeWaitCount, "farewells");
        At(10_000);
        ExpectNothing();
    }

    [TestMethod]
    public void Figure_12_FIN_WAIT_1_goes_through_FIN_WAIT_2_to_TIME_WAIT_without_a_connection()
    {
        OpenPassive();
        Close();
        Expect("FIN,ACK seq 1 ack 1");
        At(500);
        Send("ACK seq 1 ack 2");
        At(20_000);
        ExpectNothing();
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        At(79_999);
        T.Check(1, T.Stack.TimeWaitCount, "farewells");
        At(80_000);
        T.Check(0, T.Stack.TimeWaitCount, "farewells");
    }

    [TestMethod]
    public void Figure_13_FIN_WAIT_1_goes_through_CLOSING_to_TIME_WAIT_without_a_connection()
    {
        OpenPassive();
        Close();
        Expect("FIN,ACK seq 1 ack 1");
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 2 ack 2");
        T.Check(4, T.Stack.FreeConnections, "free connections");

        // CLOSING still repeats its FIN.
        At(1000);
        Expect("FIN,ACK seq 1 ack 2");
        Send("ACK seq 2 ack 2");
        At(60_999);
        T.Check(1, T.Stack.TimeWaitCount, "farewells");
        At(61_000);
        T.Check(0, T.Stack.TimeWaitCount, "farewells");
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void RFC_5961_3_2_only_the_exact_reset_ends_it(bool peerFirst)
    {
        OpenPassive();
        int next = 1;
        if (peerFirst)
        {
            Send("FIN,ACK seq 1 ack 1");
            Expect("ACK seq 1 ack 2");
            next = 2;
        }

        Close();
        Expect($"FIN,ACK seq 1 ack {next}");
        Send("RST seq 500");
        Send("RST seq 0");
        ExpectNothing();
        T.Check(1, T.Stack.TimeWaitCount, "farewells");
        Send($"RST seq {next}");
        T.Check(0, T.Stack.TimeWaitCount, "farewells");
    }

    [TestMethod]
    public void RFC_1122_4_2_2_13_data_that_comes_before_the_FIN_is_acknowledged_is_reset()
    {
        OpenPassive();
        Close();
        Expect("FIN,ACK seq 1 ack 1");
        Send("ACK seq 1 ack 1 len 10");
        Expect("RST seq 1 win 0");
        T.Check(0, T.Stack.TimeWaitCount, "farewells");
    }

    [TestMethod]
    public void RFC_5961_4_2_a_SYN_is_challenged()
    {
        OpenPassive();
        Send("FIN,ACK seq 1 ack 1");
        Expect("ACK seq 1 ack 2");
        Close();
        Expect("FIN,ACK seq 1 ack 2");
        Send("SYN seq 5000 win 4000");
        Expect("ACK seq 2 ack 2");
        T.Check(0, T.Stack.HalfOpenCount, "half open");
    }

    [TestMethod]
    public void A_full_table_gives_up_its_oldest_TIME_WAIT_first_and_no_FIN_that_is_not_acknowledged()
    {
        Listen(options =>
        {
            options.TimeWaits = 2;
            options.Connections = 3;
        });
        TracePeer silent = Client(1);
        T.As(silent);
        Handshake();
        Close();
        Expect("FIN,ACK seq 1 ack 1");
        for (int i = 2; i <= 4; i++)
        {
            T.As(Client(i));
            Handshake();
            Close();
            Expect("FIN,ACK seq 1 ack 1");
            Send("FIN,ACK seq 1 ack 2");
            Expect("ACK seq 2 ack 2");
        }

        Counted(StackCounter.TcpTimeWaitDrops, 2);
        T.As(silent);
        At(1000);
        Expect("FIN,ACK seq 1 ack 1");
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
    }

    [TestMethod]
    public void A_table_full_of_FINs_that_are_not_acknowledged_leaves_the_next_one_to_its_connection()
    {
        Listen(options =>
        {
            options.TimeWaits = 1;
            options.Connections = 2;
        });
        TracePeer first = Client(1);
        T.As(first);
        Handshake();
        Close();
        Expect("FIN,ACK seq 1 ack 1");
        At(100);
        TracePeer second = Client(2);
        T.As(second);
        Handshake();
        Close();
        Expect("FIN,ACK seq 1 ack 1");
        T.Check(1, T.Stack.FreeConnections, "free connections");
        At(1000);
        T.As(first);
        Expect("FIN,ACK seq 1 ack 1");
        At(1100);
        T.As(second);
        Expect("FIN,ACK seq 1 ack 1");
        T.As(first);
        Send("ACK seq 1 ack 2");
        T.Check(1, T.Stack.TimeWaitCount, "farewells");

        // FIN-WAIT-2 gives way.
        At(3100);
        T.As(second);
        Expect("FIN,ACK seq 1 ack 1");
        T.Check(2, T.Stack.FreeConnections, "free connections");
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
    }

    [TestMethod]
    public void In_a_table_full_of_them_TIME_WAIT_finds_no_place()
    {
        Listen(options =>
        {
            options.TimeWaits = 1;
            options.Connections = 2;
        });
        TracePeer first = Client(1);
        T.As(first);
        Handshake();
        Close();
        Expect("FIN,ACK seq 1 ack 1");
        T.As(Client(2));
        Handshake();
        Close();
        Expect("FIN,ACK seq 1 ack 1");
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        T.Check(2, T.Stack.FreeConnections, "free connections");
        Counted(StackCounter.TcpTimeWaitDrops, 1);
        T.As(first);
        At(1000);
        Expect("FIN,ACK seq 1 ack 1");
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
    }

    [TestMethod]
    public void The_connection_that_has_been_free_longest_is_taken_first()
    {
        Listen(options => options.Connections = 3);
        TcpConnection? first = null;
        for (int i = 1; i <= 5; i++)
        {
            T.As(Client(i));
            Handshake();
            T.Check(i == 1 || i == 4, Connection == (first ??= Connection), $"round {i}: the connection of the first");
            Close();
            Expect("FIN,ACK seq 1 ack 1");
            Send("FIN,ACK seq 1 ack 2");
            Expect("ACK seq 2 ack 2");
        }

        Assert.ThrowsExactly<System.InvalidOperationException>(first!.Close);
    }
}
