using System;
using System.IO;
using NanoTcp.Primitives;

namespace NanoTcp.Tests.Peers;

/// <summary>A kernel whose interface is so narrow that what it sends comes in fragments. What the stack sends does not.</summary>
[TestClass]
[TestCategory("Peers")]
public class FragmentsOverTapTests
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Large_pings_arrive_in_fragments_and_are_answered_in_one_piece(bool chip)
    {
        PeerTools.Require("tshark");
        string file = Path.Combine(Path.GetTempPath(), $"nanotcp-{Environment.ProcessId}-fragments-{chip}.pcapng");
        try
        {
            using NetworkNamespace space = new();
            using (TapStack peer = new(space, o => o.ReassemblyBuffers = 2, chip, file))
            {
                space.Exec("ip", "link", "set", TapSample.Tap, "mtu", "576").Succeeded();

                // 1,480 octets are the most that the stack takes; the frame that carries its answer has 1,514.
                foreach (int size in new[] { 549, 1000, 1471, 1472 })
                {
                    space.Ping(TapStack.Address, 5, size);
                }

                Assert.AreEqual(20, peer.Count(StackCounter.IpReasmOks));
                Assert.AreEqual(0, peer.Count(StackCounter.IpReasmFails));

                // One octet more is too much, and no harm.
                StringAssert.Contains(
                    space.Exec("ping", "-n", "-c", "1", "-W", "0.2", "-s", "1473", TapStack.Address).Output, " 0 received");
                peer.Until(() => peer.Stack.Counters.GetValue(StackCounter.IpReasmFails) >= 1, "The stack has not refused it.");
                Assert.AreEqual(20, peer.Count(StackCounter.IpReasmOks));
                space.Ping(TapStack.Address, 1, 1472);

                // Text in full segments beside it: those that are larger than every path takes say that they are not to be cut.
                peer.ServeEcho(7000);
                space.Exec("ip", "link", "set", TapSample.Tap, "mtu", "1500").Succeeded();
                ManyConnectionsTests.AskForEcho(peer, 50_000, 1);
                StringAssert.Contains(space.Shell("grep ^Ip: /proc/net/snmp | tail -1 | cut -d' ' -f14-16").Succeeded().Output, "0 0 0");
            }

            string own = $"ip.src == {TapStack.Address} && ";
            new CapturedFrames(file)
                .AtLeast(20, $"ip.dst == {TapStack.Address} && ip.flags.mf == 1")
                .None(own + "(ip.flags.mf == 1 || ip.frag_offset > 0 || frame.len > 1514)")
                .None(own + "tcp && ip.len > 576 && ip.flags.df == 0")
                .AtLeast(11, own + "tcp && ip.len > 576")
                .None("_ws.malformed || _ws.expert.severity >= 8388608")
                .Check();
        }
        finally
        {
            File.Delete(file);
        }
    }
}
