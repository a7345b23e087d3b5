using System;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 9293 3.9.1.9 and 3.9.2: what a user may ask of the IP layer.</summary>
[TestClass]
public sealed class IpServiceTests : TraceTest
{
    [TestMethod]
    [Requirement("RFC 9293", "MUST-48", "SHLD-21", "SHLD-22")]
    public void MUST_48_SHLD_21_SHLD_22_the_DSCP_is_the_users_on_every_segment_and_can_be_changed()
    {
        const int ExpeditedForwarding = 46;
        const int ClassSelector1 = 8;
        OpenPassive();
        Connection.DifferentiatedServices = ExpeditedForwarding;
        T.Check(ExpeditedForwarding, Connection.DifferentiatedServices, "DSCP");
        Write(10);
        Expect("ACK seq 1 ack 1 len 10 tos 184");
        Send("ACK seq 1 ack 11 len 10");
        Read(10);
        At(40);
        Expect("ACK seq 11 ack 11 tos 184");
        Connection.DifferentiatedServices = ClassSelector1;
        Write(10);
        Expect("ACK seq 11 ack 11 len 10 tos 32");
        At(1040);
        Expect("ACK seq 11 ack 11 len 10 tos 32");
        Send("ACK seq 11 ack 21");
        Abort();
        Expect("RST,ACK seq 21 ack 11 tos 32");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-48")]
    public void MUST_48_the_DSCP_of_a_connection_that_is_used_again_is_zero()
    {
        OpenPassive(options => options.Connections = 1);
        Connection.DifferentiatedServices = 1;
        Abort();
        Expect("RST,ACK seq 1 ack 1 tos 4");
        T.As(Client(1));
        Handshake();
        T.Check(0, Connection.DifferentiatedServices, "DSCP");
    }

    [TestMethod]
    [Requirement("RFC 9293", "SHLD-22")]
    public void SHLD_22_DSCP_and_ECN_share_the_octet()
    {
        Connecting(options => options.Ecn = true);
        Connect();
        Expect("SYN,ECE,CWR seq 0 mss 1460");
        Send("SYN,ACK,ECE seq 0 ack 1 win 4000 mss 1000");
        Expect("ACK seq 1 ack 1");
        Connection.DifferentiatedServices = 63;
        Write(10);
        Expect("ACK seq 1 ack 1 len 10 tos 252 ect");
        Send("ACK seq 1 ack 11");
    }

    [TestMethod]
    [DataRow(-1)]
    [DataRow(64)]
    public void A_DSCP_has_six_bits(int value)
    {
        OpenPassive();
        Connection.DifferentiatedServices = 5;
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Connection.DifferentiatedServices = value);
        T.Check(5, Connection.DifferentiatedServices, "DSCP");
        Connection.DifferentiatedServices = 0;
    }

    [TestMethod]
    [Requirement("RFC 1122", "3.2.1.7")]
    [Requirement("RFC 9293", "MUST-49")]
    [DataRow(1)]
    [DataRow(255)]
    public void MUST_49_the_time_to_live_is_an_option(int timeToLive)
    {
        Listen(options => options.TimeToLive = timeToLive);
        Send("SYN seq 0 win 4000 mss 1000");
        Expect($"SYN,ACK seq 0 ack 1 mss 1460 ttl {timeToLive}");
        Send("ACK seq 1 ack 1");
        Accept();
        Write(10);
        Expect($"ACK seq 1 ack 1 len 10 ttl {timeToLive}");
        Abort();
        Expect($"RST,ACK seq 11 ack 1 ttl {timeToLive}");
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-49")]
    [DataRow(0)]
    [DataRow(256)]
    public void MUST_49_a_time_to_live_has_eight_bits_and_is_not_zero(int timeToLive)
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new StackBench(0, true, options => options.TimeToLive = timeToLive));
    }
}
