using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 9293 3.7.4: when small segments wait for more, and when not.</summary>
[TestClass]
public sealed class NagleTests : TraceTest
{
    [TestMethod]
    [Requirement("RFC 9293", "SHLD-7", "SHLD-27")]
    public void RFC_9293_3_7_4_Nagle_collects_small_writes_while_something_is_unacknowledged()
    {
        OpenPassive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        Write(20);
        Write(30);
        ExpectNothing();
        At(100);
        Send("ACK seq 1 ack 11");
        Expect("ACK seq 11 ack 1 len 50");
        Write(999);
        ExpectNothing();
        Write(1);
        Expect("ACK seq 61 ack 1 len 1000");
        Send("ACK seq 1 ack 1061");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-17")]
    public void MUST_17_Nagle_can_be_switched_off()
    {
        OpenPassive();
        Connection.NoDelay = true;
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        Write(20);
        Expect("ACK seq 11 ack 1 len 20");
        Write(1);
        Expect("ACK seq 31 ack 1 len 1");
        Send("ACK seq 1 ack 32");
    }

    [TestMethod]
    [Requirement("RFC 9293", "SHLD-7")]
    [DataRow(false, false, 1, new[] { 1 }, DisplayName = "nothing out: anything goes")]
    [DataRow(false, false, 999, new[] { 999 })]
    [DataRow(false, false, 1000, new[] { 1000 })]
    [DataRow(false, false, 1001, new[] { 1000 }, DisplayName = "the end of what was written waits for its beginning")]
    [DataRow(false, false, 2000, new[] { 1000, 1000 })]
    [DataRow(false, true, 1, new int[0], DisplayName = "something out: only full segments")]
    [DataRow(false, true, 999, new int[0])]
    [DataRow(false, true, 1000, new[] { 1000 })]
    [DataRow(false, true, 1001, new[] { 1000 })]
    [DataRow(false, true, 2000, new[] { 1000, 1000 })]
    [DataRow(true, false, 1, new[] { 1 }, DisplayName = "switched off: everything at once")]
    [DataRow(true, false, 1001, new[] { 1000, 1 })]
    [DataRow(true, true, 1, new[] { 1 })]
    [DataRow(true, true, 999, new[] { 999 })]
    [DataRow(true, true, 1001, new[] { 1000, 1 })]
    [DataRow(true, true, 2000, new[] { 1000, 1000 })]
    public void Nagle_in_every_combination(bool noDelay, bool somethingOut, int written, int[] segments)
    {
        OpenPassive(options => options.SendBuffer = 4096);
        Connection.NoDelay = noDelay;
        int next = 1;
        if (somethingOut)
        {
            Write(10);
            Expect("ACK seq 1 ack 1 len 10");
            next = 11;
        }

        int end = next + written;
        Write(written);
        foreach (int length in segments)
        {
            Expect($"ACK seq {next} ack 1 len {length}");
            next += length;
        }

        ExpectNothing();

        // RFC 9293 3.7.4 holds back for more to come; after CLOSE nothing more can.
        CloseSend();
        Expect(next == end ? $"FIN,ACK seq {end} ack 1" : $"FIN,ACK seq {next} ack 1 len {end - next}");
        Send($"ACK seq 1 ack {end + 1}");
        Is(TcpState.FinWait2);
    }

    [TestMethod]
    public void An_acknowledgment_of_everything_lets_what_was_collected_out_and_one_of_a_part_does_not()
    {
        OpenPassive();
        Write(10);
        Expect("ACK seq 1 ack 1 len 10");
        Write(20);
        Send("ACK seq 1 ack 6");
        ExpectNothing();
        Send("ACK seq 1 ack 11");
        Expect("ACK seq 11 ack 1 len 20");
        Send("ACK seq 1 ack 31");
    }

    [TestMethod]
    public void Nagle_and_the_peers_delayed_acknowledgment_do_not_wait_for_each_other_for_longer_than_that()
    {
        OpenPassive();
        Write(1010);
        Expect("ACK seq 1 ack 1 len 1000");
        At(40);
        Send("ACK seq 1 ack 1001");
        Expect("ACK seq 1001 ack 1 len 10");
        Send("ACK seq 1 ack 1011");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-61")]
    public void PSH_is_set_on_the_last_segment_of_what_was_written_and_on_no_other()
    {
        OpenPassive(options => options.SendBuffer = 4096);
        Connection.NoDelay = true;
        Write(2500);
        NotPushed();
        Expect("ACK seq 1 ack 1 len 1000");
        NotPushed();
        Expect("ACK seq 1001 ack 1 len 1000");
        Expect("PSH,ACK seq 2001 ack 1 len 500");
        CloseSend();
        NotPushed();
        Expect("FIN,ACK seq 2501 ack 1");
        Send("ACK seq 1 ack 2502");
    }

    [TestMethod]
    public void With_or_without_PSH_what_has_arrived_can_be_read_at_once()
    {
        OpenPassive();
        Send("ACK seq 1 ack 1 len 10");
        Read(10);
        Send("PSH,ACK seq 11 ack 1 len 10");
        Expect("ACK seq 1 ack 21");
        Read(10);
    }

    private void NotPushed()
    {
        byte[] frame = T.Bench.Sent.Peek().Octets;
        T.Check(0, frame[34 + 13] & TraceSegment.Psh, "PSH");
    }
}
