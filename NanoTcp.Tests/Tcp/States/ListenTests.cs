using System;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;

namespace NanoTcp.Tests.Tcp.States;

/// <summary>LISTEN, RFC 9293 3.10.7.2: what a listener answers. Its queues, and what it drops (<see cref="ScanTests"/>), have tests of their own.</summary>
[TestClass]
[Requirement("RFC 9293", "3.10.7.2")]
public sealed class ListenTests : TraceTest
{
    /// <summary>MSS 1000, SACK-permitted, timestamps, no-operation, window scale 7: what Linux offers.</summary>
    private const string AsLinuxOffers = "opt 020403E80402080A000000010000000001030307";

    [TestMethod]
    [DataRow(0)]
    [DataRow(-1)]
    [DataRow(65536)]
    public void Port_0_and_what_is_no_port_cannot_be_listened_on(int port)
    {
        Listen();
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => T.Stack.Listen(port, 1));
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-41", "3.10.1")]
    public void A_port_is_listened_on_once_and_others_besides()
    {
        Listen(options => options.Listeners = 2);
        Assert.ThrowsExactly<InvalidOperationException>(() => T.Stack.Listen(Trace.ListenPort, 1));
        TcpListener second = T.Stack.Listen(Trace.ListenPort + 1, 1);
        T.As(new TracePeer(StackBench.PeerAddress, Trace.PeerPort, Trace.ListenPort + 1, 0xFFFFFF80));
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("ACK seq 1 ack 1");
        T.Check(0, T.Listener.Pending, "waiting at the first");
        T.Check(1, second.Pending, "waiting at the second");
        T.Do("CLOSE the second", second.Close);
        Expect("RST,ACK seq 1 ack 1 win 0");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-42")]
    public void MUST_42_a_port_that_a_connection_is_opening_from_can_be_listened_on()
    {
        Connecting();
        TcpConnection connection = Connect();
        Expect("SYN seq 0 mss 1460");
        TracePeer server = T.Peer;
        TcpListener listener = T.Stack.Listen(connection.LocalPort, 1);
        T.As(new TracePeer(StackBench.PeerAddress, Trace.PeerPort, connection.LocalPort, 0xFFFFFF80));
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("ACK seq 1 ack 1");
        T.Check(1, listener.Pending, "waiting to be accepted");
        T.As(server);
        Send("SYN,ACK seq 0 ack 1 win 4000 mss 1000");
        Expect("ACK seq 1 ack 1");
        Is(TcpState.Established);
        T.Do("CLOSE the listener", listener.Close);
        T.Bench.Sent.Clear();
        Is(TcpState.Established);
    }

    [TestMethod]
    public void A_SYN_is_answered_and_begins_SYN_RECEIVED()
    {
        Listen();
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 win 2048 mss 1460");
        T.Check(1, T.Stack.HalfOpenCount, "half open");
        T.Check(4, T.Stack.FreeConnections, "free connections");
        T.Check(0, T.Listener.Pending, "waiting to be accepted");
        T.Check(null, T.TryAccept(), "a connection");
    }

    [TestMethod]
    [DataRow("ACK seq 1 ack 77", "RST seq 77 win 0")]
    [DataRow("SYN,ACK seq 1 ack 78", "RST seq 78 win 0")]
    [DataRow("FIN,ACK seq 1 ack 79 len 10", "RST seq 79 win 0")]
    [DataRow("PSH,ACK seq 1 ack -80 len 10", "RST seq -80 win 0")]
    public void An_acknowledgment_is_refused(string segment, string reset)
    {
        Listen();
        Send(segment);
        Expect(reset);
        T.Check(0, T.Stack.HalfOpenCount, "half open");
    }

    [TestMethod]
    public void Closing_the_listener_frees_the_port_for_the_next()
    {
        Listen();
        T.Do("CLOSE the listener", T.Listener.Close);
        TcpListener next = T.Stack.Listen(Trace.ListenPort, 1);
        Send("SYN seq 0 win 4000 mss 1000");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("ACK seq 1 ack 1");
        T.Check(1, next.Pending, "waiting to be accepted");
        T.Do("CLOSE the next", next.Close);
        Expect("RST,ACK seq 1 ack 1 win 0");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-6", "MUST-14")]
    [DataRow("opt 03030700", DisplayName = "window scale 7")]
    [DataRow("opt 03030E00", DisplayName = "window scale 14")]
    [DataRow("opt 03031000", DisplayName = "window scale 16, more than there can be")]
    [DataRow("opt 04020000", DisplayName = "SACK permitted")]
    [DataRow("opt 080A000000010000000000000000", DisplayName = "timestamps")]
    [DataRow("opt 22020000", DisplayName = "Fast Open, asking for a cookie")]
    [DataRow("opt 220A00112233445566770000", DisplayName = "Fast Open, with a cookie")]
    [DataRow(AsLinuxOffers, DisplayName = "all that Linux offers")]
    [DataRow("", DisplayName = "nothing")]
    public void Whatever_a_SYN_offers_the_answer_carries_MSS_alone(string options)
    {
        Listen();
        Send($"SYN seq 0 win 4000 {options}");
        Expect("SYN,ACK seq 0 ack 1 win 2048 mss 1460");
        Send("ACK seq 1 ack 1");
        Accept();
        Is(TcpState.Established);
    }

    [TestMethod]
    public void Data_with_a_Fast_Open_SYN_is_not_acknowledged_and_comes_again()
    {
        Listen();
        Send("SYN seq 0 win 4000 len 20 opt 020403E8220A00112233445566770000");
        Expect("SYN,ACK seq 0 ack 1 win 2048 mss 1460");
        Send("ACK seq 1 ack 1 len 20");
        Accept();
        Read(20);
        At(40);
        Expect("ACK seq 1 ack 21");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-5", "MUST-6")]
    public void Timestamps_and_SACK_blocks_that_were_not_agreed_on_are_skipped()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 10 opt 0101080A0000000100000000");
        Read(10);
        At(40);
        Expect("ACK seq 1 ack 11");
        Write(1500);
        Expect("ACK seq 1 ack 11 len 1000");
        Send("ACK seq 11 ack 1001 opt 0101080A0000000100000000");
        Expect("ACK seq 1001 ack 11 len 500");
        Send("ACK seq 11 ack 1501 opt 0101050A000003E9000005DD");
        T.Check(0, Connection.Unacknowledged, "octets unacknowledged");
    }
}
