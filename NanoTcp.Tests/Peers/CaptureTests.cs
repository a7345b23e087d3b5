using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using NanoTcp.Tcp;
using TcpListener = NanoTcp.Tcp.TcpListener;

namespace NanoTcp.Tests.Peers;

/// <summary>Wireshark's opinion on every frame of a session: a second reader of the RFCs, who knows nothing of this code.</summary>
[TestClass]
[TestCategory("Peers")]
public class CaptureTests
{
    /// <summary>Checks are off by default in tshark because network cards fill checksums in later; here nothing does.</summary>
    private const string Checks = "-o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE";

    /// <summary>Sizes by which these pings are told from others, of which there may be one more when the machine was slow.</summary>
    private const int SmallPing = 57;

    private const int LargePing = 1472;

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
            sample.Space.Ping(TapSample.Address, 3, SmallPing);
            sample.Space.Ping(TapSample.Address, 2, LargePing);
            sample.Curl($"http://{TapSample.Address}/ http://{TapSample.Address}/metrics -o /dev/null -o /dev/null").Succeeded();
            sample.Curl($"-o /dev/null -H 'Connection: close' http://{TapSample.Address}/bytes/100000").Succeeded();
            sample.Curl($"-o /dev/null -X POST --data-binary @/proc/self/maps http://{TapSample.Address}/");
            Assert.ThrowsExactly<SocketException>(() => sample.Connect(81));
            using (Socket rude = sample.Connect(80))
            {
                rude.LingerState = new LingerOption(true, 0);
            }

            // Whatever was sent before has arrived when this is answered.
            sample.Space.Ping(TapSample.Address);
            sample.Stop();

            Assert.AreEqual("", Tshark(file, "_ws.malformed"), "malformed packets");
            Assert.AreEqual("", Tshark(file, "ip.checksum.status == 0 || tcp.checksum.status == 0 || icmp.checksum.status == 0"), "bad checksums");
            Assert.AreEqual("", Tshark(file, "_ws.expert.severity >= 8388608"), "packets with an error");

            // The kernel repairs what was not lost when it has to wait for an answer for a few milliseconds (RFC 8985 7.2).
            Assert.AreEqual(
                "",
                Tshark(file, $"tcp.analysis.lost_segment || (ip.src == {TapSample.Address} && (tcp.analysis.retransmission || tcp.analysis.out_of_order))"),
                "repairs on a cable that loses nothing");

            // The checks above looked at something, and at checksums that were there to be checked.
            Assert.IsTrue(Count(file, $"ip.src == {TapSample.Address} && tcp.checksum.status == 1") > 50);
            Assert.IsTrue(Count(file, $"ip.src == {TapSample.KernelAddress} && tcp.checksum.status == 1") > 50);
            string answers = $"ip.src == {TapSample.Address} && icmp.type == 0 && icmp.checksum.status == 1 && ip.len == ";
            Assert.AreEqual(3, Count(file, answers + Text(SmallPing + 28)));
            Assert.AreEqual(2, Count(file, answers + Text(LargePing + 28)));
            Assert.IsTrue(Count(file, "tcp.flags.reset == 1") >= 2);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Tshark_has_no_complaint_about_a_session_with_everything_in_it(bool chip)
    {
        PeerTools.Require("tshark");
        const int Port = 7000;
        string file = Path.Combine(Path.GetTempPath(), $"nanotcp-{Environment.ProcessId}-mixed-{chip}.pcapng");
        try
        {
            using NetworkNamespace space = new();
            using (TapStack peer = new(space, chip: chip, captureFile: file))
            {
                peer.ServeEcho(Port);
                TcpListener listener = peer.Listen(Port + 1);
                using Socket kernel = peer.ListenKernel();
                for (int i = 0; i < 10; i++)
                {
                    // In and out with data both ways, a half close, a reset by either side, a refusal by either side.
                    ManyConnectionsTests.AskForEcho(peer, 20_000, i);
                    TcpConnection outgoing = peer.Connect(((IPEndPoint)kernel.LocalEndPoint!).Port);
                    using Socket accepted = kernel.Accept();
                    OpenAndCloseOverTapTests.AssertCarries(peer, outgoing, accepted, 20_000);
                    peer.Do(i % 2 == 0 ? outgoing.Close : outgoing.Abort);
                    using Socket rude = peer.ConnectKernel(Port + 1);
                    TcpConnection incoming = peer.Accept(listener);
                    rude.LingerState = new LingerOption(true, 0);
                    rude.Close();
                    peer.Until(() => incoming.EndReason == TcpEndReason.Reset, "The stack does not learn of the reset.");
                    peer.Do(incoming.Close);
                    Assert.ThrowsExactly<SocketException>(() => peer.ConnectKernel(Port + 2));
                    TcpConnection refused = peer.Connect(4);
                    peer.Do(refused.Close);
                }

                // A window that closes and opens.
                using Socket slow = peer.ConnectKernel(Port + 1);
                TcpConnection reader = peer.Accept(listener);
                byte[] sent = Pattern.Random(50_000, 10);
                Task sending = Task.Run(() => slow.Send(sent));
                peer.Until(() => reader.Readable == 4096, "The stack's ring does not fill.");

                // The acknowledgment that says so may be a delayed one.
                peer.Until(() => peer.Recorder.All().Last(s => s.FromStack).Window == 0, "The stack does not say that its window is closed.");
                CollectionAssert.AreEqual(sent, peer.Read(reader, sent.Length));
                sending.Wait();
                OpenAndCloseOverTapTests.Finish(peer, reader, slow);
            }

            // What a sender does to a receiver's full window is the kernel's business; the stack never runs into one here.
            string own = $"ip.src == {TapSample.Address} && ";
            string[] unwanted =
            [
                "_ws.malformed", "_ws.expert.severity >= 8388608",
                "ip.checksum.status == 0", "tcp.checksum.status == 0", "icmp.checksum.status == 0",
                own + "(tcp.analysis.window_full || tcp.analysis.retransmission || tcp.analysis.fast_retransmission)",
                "tcp.analysis.lost_segment", "tcp.analysis.ack_lost_segment", own + "tcp.analysis.out_of_order",
                "(tcp.flags.reset == 1 && tcp.len > 0)", "tcp.flags.res != 0",
            ];
            Assert.AreEqual("", Tshark(file, string.Join(" || ", unwanted.Select(u => $"({u})"))), "what tshark complains of");

            // And it has looked at something.
            Assert.IsTrue(Count(file, own + "tcp.checksum.status == 1") > 400);
            Assert.IsTrue(Count(file, own + "tcp.flags.reset == 1") >= 15);
            Assert.IsTrue(Count(file, own + "tcp.window_size_value == 0 && tcp.flags.reset == 0") >= 1, "closed windows");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    internal static int Count(string file, string filter)
    {
        return Tshark(file, filter).Count(c => c == '\n');
    }

    /// <summary>One line a frame that the filter lets through.</summary>
    internal static string Tshark(string file, string filter)
    {
        string[] checks = Checks.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        CommandResult result = Command.Run(60, ["tshark", "-n", .. checks, "-r", file, "-Y", filter.ToString(CultureInfo.InvariantCulture)]).Succeeded();
        return result.Output;
    }
}
