using System;
using System.Collections.Generic;
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

    /// <summary>
    /// Where a checksum comes out as zero, Linux writes the other zero of ones' complement into TCP segments as into UDP
    /// datagrams, once in 65,536. Receivers add up and find both right (RFC 1071 1); Wireshark, which expects the zero that a
    /// sender should write (RFC 1624 3), does not.
    /// </summary>
    internal const string BadTcpChecksum = $"(tcp.checksum.status == 0 && !(tcp.checksum == 0xffff && ip.src == {TapSample.KernelAddress}))";

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

            // The kernel repairs what was not lost when it has to wait for an answer for a few milliseconds (RFC 8985 7.2).
            string own = $"ip.src == {TapSample.Address} && ";
            string answers = own + "icmp.type == 0 && icmp.checksum.status == 1 && ip.len == ";
            new CapturedFrames(file)
                .None("_ws.malformed", "malformed packets")
                .None($"ip.checksum.status == 0 || {BadTcpChecksum} || icmp.checksum.status == 0", "bad checksums")
                .None("_ws.expert.severity >= 8388608", "packets with an error")
                .None("tcp.analysis.lost_segment", "losses on a cable that loses nothing")
                .None(own + "(tcp.analysis.retransmission || tcp.analysis.out_of_order)", "repairs on a cable that loses nothing")

                // The checks above looked at something, and at checksums that were there to be checked.
                .AtLeast(51, own + "tcp.checksum.status == 1")
                .AtLeast(51, $"ip.src == {TapSample.KernelAddress} && tcp.checksum.status == 1")
                .Exactly(3, answers + Text(SmallPing + 28))
                .Exactly(2, answers + Text(LargePing + 28))
                .AtLeast(2, "tcp.flags.reset == 1")
                .Check();
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
                "ip.checksum.status == 0", BadTcpChecksum, "icmp.checksum.status == 0",
                own + "(tcp.analysis.window_full || tcp.analysis.retransmission || tcp.analysis.fast_retransmission)",
                "tcp.analysis.lost_segment", "tcp.analysis.ack_lost_segment", own + "tcp.analysis.out_of_order",
                "(tcp.flags.reset == 1 && tcp.len > 0)", "tcp.flags.res != 0",
            ];
            new CapturedFrames(file)
                .None(string.Join(" || ", unwanted.Select(u => $"({u})")), "what tshark complains of")

                // And it has looked at something.
                .AtLeast(401, own + "tcp.checksum.status == 1")
                .AtLeast(15, own + "tcp.flags.reset == 1")
                .AtLeast(1, own + "tcp.window_size_value == 0 && tcp.flags.reset == 0", "closed windows")
                .Check();
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>How many frames each of some filters lets through.</summary>
    internal static int[] Counts(string file, IEnumerable<string> filters)
    {
        string[] all = filters.ToArray();
        CommandResult result = Run(file, "-q", "-z", "io,stat,0," + string.Join(',', all));

        // A row for each interval, of which there is one: its bounds, then frames and octets for each filter.
        string row = result.Output.Split('\n').Single(line => line.Contains("<>", StringComparison.Ordinal));
        string[] cells = row.Split('|');
        return all.Select((_, i) => int.Parse(cells[2 + (2 * i)], NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture))
            .ToArray();
    }

    /// <summary>One line a frame that the filter lets through.</summary>
    internal static string Tshark(string file, string filter)
    {
        return Run(file, "-Y", filter).Output;
    }

    private static CommandResult Run(string file, params string[] options)
    {
        string[] checks = Checks.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return Command.Run(60, ["tshark", "-n", .. checks, "-r", file, .. options]).Succeeded();
    }
}
