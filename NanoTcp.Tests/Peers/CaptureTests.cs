using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Sockets;

namespace NanoTcp.Tests.Peers;

/// <summary>Wireshark's opinion on every frame of a session: a second reader of the RFCs, who knows nothing of this code.</summary>
[TestClass]
[TestCategory("Peers")]
public class CaptureTests
{
    /// <summary>Checks are off by default in tshark because network cards fill checksums in later; here nothing does.</summary>
    private const string Checks = "-o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE";

    [TestMethod]
    [DataRow("--chip")]
    [DataRow("--no-chip")]
    public void Tshark_finds_no_malformed_packet_no_bad_checksum_and_no_error(string chip)
    {
        PeerTools.Require("tshark", "curl", "ping");
        string file = Path.Combine(Path.GetTempPath(), $"nanotcp-{Environment.ProcessId}{chip}.pcapng");
        try
        {
            using TapSample sample = TapSample.Start("HttpStatusServer", chip, "--pcap", file);
            StringAssert.Contains(sample.Space.Exec("ping", "-n", "-c", "3", "-i", "0.1", TapSample.Address).Output, "3 received");
            StringAssert.Contains(sample.Space.Exec("ping", "-n", "-c", "2", "-i", "0.1", "-s", "1472", TapSample.Address).Output, "2 received");
            sample.Curl($"http://{TapSample.Address}/ http://{TapSample.Address}/metrics -o /dev/null -o /dev/null").Succeeded();
            sample.Curl($"-o /dev/null -H 'Connection: close' http://{TapSample.Address}/bytes/100000").Succeeded();
            sample.Curl($"-o /dev/null -X POST --data-binary @/proc/self/maps http://{TapSample.Address}/");
            Assert.ThrowsExactly<SocketException>(() => sample.Connect(81));
            using (Socket rude = sample.Connect(80))
            {
                rude.LingerState = new LingerOption(true, 0);
            }

            sample.Stop();

            Assert.AreEqual("", Tshark(file, "_ws.malformed"), "malformed packets");
            Assert.AreEqual("", Tshark(file, "ip.checksum.status == 0 || tcp.checksum.status == 0 || icmp.checksum.status == 0"), "bad checksums");
            Assert.AreEqual("", Tshark(file, "_ws.expert.severity >= 8388608"), "packets with an error");
            Assert.AreEqual("", Tshark(file, "tcp.analysis.retransmission || tcp.analysis.lost_segment || tcp.analysis.out_of_order"),
                "repairs on a cable that loses nothing");

            // The checks above looked at something, and at checksums that were there to be checked.
            Assert.IsTrue(Count(file, $"ip.src == {TapSample.Address} && tcp.checksum.status == 1") > 50);
            Assert.IsTrue(Count(file, $"ip.src == {TapSample.KernelAddress} && tcp.checksum.status == 1") > 50);
            Assert.AreEqual(TapSample.FirstPings + 5, Count(file, $"ip.src == {TapSample.Address} && icmp.type == 0 && icmp.checksum.status == 1"));
            Assert.IsTrue(Count(file, "tcp.flags.reset == 1") >= 2);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static int Count(string file, string filter)
    {
        return Tshark(file, filter).Count(c => c == '\n');
    }

    /// <summary>One line a frame that the filter lets through.</summary>
    private static string Tshark(string file, string filter)
    {
        string[] checks = Checks.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        CommandResult result = Command.Run(60, ["tshark", "-n", .. checks, "-r", file, "-Y", filter.ToString(CultureInfo.InvariantCulture)]).Succeeded();
        return result.Output;
    }
}
