using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 9293 3.7.1 and 3.2: the Maximum Segment Size option, and lists of options that lie.</summary>
[TestClass]
public sealed class MssTests : TraceTest
{
    [TestMethod]
    [Requirement("RFC 9293", "MUST-4", "MUST-6", "MUST-7", "MUST-14", "MUST-15", "MUST-16", "MUST-64", "SHLD-28")]
    [DataRow("", 536, DisplayName = "MUST-15: no option")]
    [DataRow("mss 1000", 1000, DisplayName = "smaller than ours")]
    [DataRow("mss 1460", 1460, DisplayName = "as large as ours")]
    [DataRow("mss 9000", 1460, DisplayName = "larger than ours")]
    [DataRow("mss 65535", 1460, DisplayName = "as large as can be said")]
    [DataRow("mss 1", 64, DisplayName = "tiny: clamped")]
    [DataRow("mss 0", 536, DisplayName = "zero: ignored")]
    [DataRow("opt 02000000", 536, DisplayName = "MUST-7: length 0")]
    [DataRow("opt 02010000", 536, DisplayName = "MUST-7: length 1")]
    [DataRow("opt 01010204", 536, DisplayName = "value behind the header")]
    [DataRow("opt 01010102", 536, DisplayName = "length behind the header")]
    [DataRow("opt 03FF0000020403E8", 536, DisplayName = "an option that runs past the header")]
    [DataRow("opt 0000020403E80000", 536, DisplayName = "behind the end of the list")]
    [DataRow("opt 020503E800000000", 536, DisplayName = "of a wrong length")]
    [DataRow("opt 01020403E8000000", 1000, DisplayName = "behind a no-operation, unaligned")]
    [DataRow("opt 030307020403E800", 1000, DisplayName = "MUST-6: behind an unknown option")]
    [DataRow("opt 020403E80402080A000000010000000001030307", 1000, DisplayName = "as Linux sends it")]
    public void The_peers_segment_size_is(string option, int size)
    {
        Listen(options => options.SendBuffer = 4096);
        Send($"SYN seq 0 win 4000 {option}");
        Expect("SYN,ACK seq 0 ack 1 mss 1460");
        Send("ACK seq 1 ack 1 win 4000");
        Accept();
        Write(1460);
        Expect($"ACK seq 1 ack 1 len {size}");
        T.Bench.Sent.Clear();
        Abort();
        T.Bench.Sent.Clear();
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-16", "MUST-67")]
    public void The_own_limit_is_offered_and_kept()
    {
        OpenLimited();
        Write(700);
        Expect("ACK seq 1 ack 1 len 300");
        Expect("ACK seq 301 ack 1 len 300");
        Send("ACK seq 1 ack 601");
        Expect("ACK seq 601 ack 1 len 100");
        Send("ACK seq 1 ack 701");
    }

    [TestMethod]
    public void A_send_ring_of_less_than_a_segment_is_sent_as_two()
    {
        OpenPassive(options => options.SendBuffer = 600);
        Write(600);
        Expect("ACK seq 1 ack 1 len 300");
        Expect("ACK seq 301 ack 1 len 300");
        Send("ACK seq 1 ack 601");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-61")]
    public void Nagle_does_not_hold_the_end_of_a_ring_that_is_full()
    {
        OpenPassive(options => options.SendBuffer = 1500);
        Write(1500);
        Expect("ACK seq 1 ack 1 len 1000");
        Expect("PSH,ACK seq 1001 ack 1 len 500");
        Send("ACK seq 1 ack 1501");
        Write(1100);
        Expect("ACK seq 1501 ack 1 len 1000");
        ExpectNothing();
        Send("ACK seq 1 ack 2501");
        Expect("PSH,ACK seq 2501 ack 1 len 100");
        Send("ACK seq 1 ack 2601");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-14", "MUST-15")]
    public void The_option_counts_in_a_SYN_ACK_too()
    {
        Connecting(options => options.SendBuffer = 4096);
        Connect();
        Expect("SYN seq 0 mss 1460");
        Send("SYN,ACK seq 0 ack 1 win 4000");
        Expect("ACK seq 1 ack 1");
        Write(1000);
        Expect("ACK seq 1 ack 1 len 536");
        Send("ACK seq 1 ack 537");
        Expect("ACK seq 537 ack 1 len 464");
        Send("ACK seq 1 ack 1001");
    }

    [TestMethod]
    public void The_option_counts_only_in_a_SYN()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 mss 100");
        Write(900);
        Expect("ACK seq 1 ack 1 len 900");
        Send("ACK seq 1 ack 901");
    }

    private void OpenLimited()
    {
        Listen(options => options.MaxSegmentSize = 300);
        Send("SYN seq 0 win 4000 mss 1460");
        Expect("SYN,ACK seq 0 ack 1 mss 300");
        Send("ACK seq 1 ack 1");
        Accept();
        Is(TcpState.Established);
    }
}
