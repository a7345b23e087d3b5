using System;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Tcp;

/// <summary>What a programmer does wrong is an exception, thrown before anything has changed.</summary>
[TestClass]
public sealed class MisuseTests : TraceTest
{
    [TestMethod]
    public void Ranges_outside_the_buffer_are_refused()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 10");
        byte[] buffer = new byte[10];
        Assert.ThrowsExactly<ArgumentNullException>(() => Connection.Read(null!, 0, 0));
        Assert.ThrowsExactly<ArgumentNullException>(() => Connection.Peek(null!, 0, 0));
        Assert.ThrowsExactly<ArgumentNullException>(() => Connection.Write(null!, 0, 0));
        foreach ((int offset, int count) in new[] { (-1, 1), (0, -1), (0, 11), (11, 0), (5, 6), (1, int.MaxValue), (int.MaxValue, 1) })
        {
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Connection.Read(buffer, offset, count));
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Connection.Peek(buffer, offset, count));
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Connection.Write(buffer, offset, count));
        }

        T.Check(10, Connection.Readable, "readable");
        T.Check(0, Connection.Unacknowledged, "octets written");
        T.Check(0, Connection.Read(buffer, 10, 0), "octets read into no room");
        T.Check(0, Connection.Write(buffer, 10, 0), "octets written of nothing");
        T.Check(10, Connection.Peek(buffer, 0, 10), "octets seen");
        Read(10);
        At(40);
        Expect("ACK seq 1 ack 11");
    }

    [TestMethod]
    public void A_connection_given_back_cannot_be_used()
    {
        OpenPassive();
        TcpConnection connection = Connection;
        Close();
        Expect("FIN,ACK seq 1 ack 1");
        byte[] buffer = new byte[1];
        Assert.ThrowsExactly<InvalidOperationException>(() => connection.Read(buffer, 0, 1));
        Assert.ThrowsExactly<InvalidOperationException>(() => connection.Peek(buffer, 0, 1));
        Assert.ThrowsExactly<InvalidOperationException>(() => connection.Write(buffer, 0, 1));
        Assert.ThrowsExactly<InvalidOperationException>(() => connection.NoDelay = true);
        Assert.ThrowsExactly<InvalidOperationException>(() => connection.Evictable = true);
        Assert.ThrowsExactly<InvalidOperationException>(() => connection.DifferentiatedServices = 1);
        Assert.ThrowsExactly<InvalidOperationException>(connection.CloseSend);
        Assert.ThrowsExactly<InvalidOperationException>(connection.Close);
        Assert.ThrowsExactly<InvalidOperationException>(connection.Abort);
        T.Check(TcpState.Closed, connection.State, "state");
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        Assert.ThrowsExactly<InvalidOperationException>(connection.Close);
        T.Check(4, T.Stack.FreeConnections, "free connections: nothing is given back twice");
    }

    [TestMethod]
    [Requirement("RFC 9293", "3.10.2")]
    public void Nothing_can_be_written_behind_the_end_of_the_stream()
    {
        OpenPassive();
        T.Check(2048, Connection.Writable, "writable");
        CloseSend();
        Expect("FIN,ACK seq 1 ack 1");
        T.Check(0, Connection.Writable, "writable");
        Assert.ThrowsExactly<InvalidOperationException>(() => Connection.Write(new byte[1], 0, 1));
        CloseSend();
        ExpectNothing();
        Is(TcpState.FinWait1);
    }

    [TestMethod]
    public void Writing_takes_only_what_fits_and_nothing_when_it_is_not_open()
    {
        Connecting();
        Connect();
        Expect("SYN seq 0 mss 1460");
        T.Check(0, T.Write(10), "octets written in SYN-SENT");
        Send("SYN,ACK seq 0 ack 1 win 0 mss 1000");
        Expect("ACK seq 1 ack 1");
        T.Check(2048, T.Write(3000), "octets written");
        T.Check(0, T.Write(1), "octets written into a full ring");
        Send("RST seq 1");
        T.Check(0, T.Write(1), "octets written after the end");
        CloseSend();
        Ended(TcpEndReason.Reset);
    }

    [TestMethod]
    public void Listening_asks_for_a_backlog_and_a_free_listener()
    {
        Listen(options => options.Listeners = 2);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => T.Stack.Listen(1, 0));
        TcpListener second = T.Stack.Listen(1, 1);
        Assert.ThrowsExactly<InvalidOperationException>(() => T.Stack.Listen(2, 1));
        second.Close();
        Assert.ThrowsExactly<InvalidOperationException>(second.Close);
        Assert.ThrowsExactly<InvalidOperationException>(() => second.Accept());
        T.Stack.Listen(2, 1).Close();
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-46")]
    public void MUST_46_a_connection_goes_to_one_other_host()
    {
        Connecting();
        foreach (uint address in new uint[]
            { 0, StackBench.OwnAddress, 0x0A0000FF, 0xFFFFFFFF, 0x7F000001, 0xE0000001, 0xEFFFFFFF })
        {
            Assert.ThrowsExactly<ArgumentException>(() => T.Stack.Connect(address, 80), Ipv4Address.ToText(address));
        }

        T.Check(4, T.Stack.FreeConnections, "free connections");
    }

    [TestMethod]
    public void Connections_stand_in_the_table_in_the_order_in_which_they_were_opened()
    {
        Connecting(options => options.Connections = 3);
        NetworkStack stack = T.Stack;
        TcpConnection first = stack.Connect(StackBench.PeerAddress, 81);
        TcpConnection second = stack.Connect(StackBench.PeerAddress, 82);
        Assert.AreSame(second, stack.GetConnection(1));
        Assert.IsNull(stack.GetConnection(2));
        TcpConnection third = stack.Connect(StackBench.PeerAddress, 83);
        first.Abort();
        Assert.AreSame(second, stack.GetConnection(0));
        Assert.AreSame(third, stack.GetConnection(1));
        Assert.IsNull(stack.GetConnection(2));
        Assert.AreSame(first, stack.Connect(StackBench.PeerAddress, 84), "the only one that is free");
        Assert.AreSame(first, stack.GetConnection(2));
        Assert.AreEqual(0, stack.FreeConnections);
        for (int i = 2; i >= 0; i--)
        {
            stack.GetConnection(i).Abort();
        }

        Assert.AreEqual(3, stack.FreeConnections);
    }

    [TestMethod]
    public void Connecting_without_a_free_connection_gives_null()
    {
        Connecting(options => options.Connections = 1);
        Connect();
        Expect("SYN seq 0 mss 1460");
        Assert.IsNull(T.Stack.Connect(StackBench.PeerAddress, 81));
    }

    [TestMethod]
    [DataRow(nameof(NetworkStackOptions.Random))]
    [DataRow(nameof(NetworkStackOptions.Address), 0x0A000000u)]
    [DataRow(nameof(NetworkStackOptions.Address), 0x0A0000FFu)]
    [DataRow(nameof(NetworkStackOptions.Address), 0x7F000001u)]
    [DataRow(nameof(NetworkStackOptions.Address), 0xE0000001u)]
    [DataRow(nameof(NetworkStackOptions.Gateway), 0x0A000101u)]
    [DataRow(nameof(NetworkStackOptions.Gateway), 0x0A000002u)]
    [DataRow(nameof(NetworkStackOptions.Gateway), 0x0A0000FFu)]
    [DataRow(nameof(NetworkStackOptions.Gateway), 0x0A000000u)]
    [DataRow(nameof(NetworkStackOptions.PrefixLength), 0)]
    [DataRow(nameof(NetworkStackOptions.PrefixLength), 31)]
    [DataRow(nameof(NetworkStackOptions.Connections), 0)]
    [DataRow(nameof(NetworkStackOptions.Connections), 1025)]
    [DataRow(nameof(NetworkStackOptions.Listeners), -1)]
    [DataRow(nameof(NetworkStackOptions.ReceiveBuffer), 255)]
    [DataRow(nameof(NetworkStackOptions.ReceiveBuffer), 65536)]
    [DataRow(nameof(NetworkStackOptions.SendBuffer), 255)]
    [DataRow(nameof(NetworkStackOptions.MaxSegmentSize), 63)]
    [DataRow(nameof(NetworkStackOptions.MaxSegmentSize), 1461)]
    [DataRow(nameof(NetworkStackOptions.Neighbours), 1)]
    [DataRow(nameof(NetworkStackOptions.NeighbourQueues), 0)]
    [DataRow(nameof(NetworkStackOptions.HalfOpen), 0)]
    [DataRow(nameof(NetworkStackOptions.TimeWaits), 0)]
    [DataRow(nameof(NetworkStackOptions.TimeWaitDuration), 0)]
    [DataRow(nameof(NetworkStackOptions.Gaps), 0)]
    [DataRow(nameof(NetworkStackOptions.MinRetransmissionTimeout), 99)]
    public void An_option_out_of_its_range_is_named(string option, object? value = null)
    {
        NetworkStackOptions options = new() { Address = StackBench.OwnAddress, Random = new ConstantRandom() };
        typeof(NetworkStackOptions).GetField(option)!.SetValue(options, value);
        try
        {
            _ = new NetworkStack(new FrameLink(), options);
            Assert.Fail("nothing was thrown");
        }
        catch (ArgumentException exception)
        {
            Assert.AreEqual(option, exception.ParamName, ignoreCase: true);
        }
    }

    [TestMethod]
    public void A_stack_needs_a_link_and_options()
    {
        NetworkStackOptions options = new() { Address = StackBench.OwnAddress, Random = new ConstantRandom() };
        Assert.ThrowsExactly<ArgumentNullException>(() => new NetworkStack(null!, options));
        Assert.ThrowsExactly<ArgumentNullException>(() => new NetworkStack(new FrameLink(), null!));
    }
}
