using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using NanoTcp.Tcp;
using TcpListener = NanoTcp.Tcp.TcpListener;

namespace NanoTcp.Tests.Peers;

/// <summary>Asking a silent peer whether it is still there (RFC 9293 3.8.4), by the kernel and by the stack.</summary>
[TestClass]
[TestCategory("Peers")]
public class KeepAliveOverTapTests
{
    private const int Port = 7000;

    [TestMethod]
    public void The_kernels_keep_alive_is_answered_and_the_connection_stays()
    {
        using NetworkNamespace space = new();
        using TapStack peer = new(space);
        TcpListener listener = peer.Listen(Port);
        using Socket socket = NamespaceSockets.Tcp(space);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 1);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 1);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 2);
        socket.Connect(IPAddress.Parse(TapStack.Address), Port);
        TcpConnection connection = peer.Accept(listener);
        OpenAndCloseOverTapTests.AssertCarries(peer, connection, socket, 3000);

        // A probe repeats the octet before the next one; the answer says what comes next.
        peer.Until(() => Probed(peer, fromStack: false), "The kernel does not probe, or is not answered.");
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, false);
        AssertAnswered(peer, fromStack: false);
        OpenAndCloseOverTapTests.AssertCarries(peer, connection, socket, 3000);
        OpenAndCloseOverTapTests.Finish(peer, connection, socket);
    }

    [TestMethod]
    public void The_stacks_keep_alive_is_seen_by_tshark_as_such_and_answered_by_the_kernel()
    {
        PeerTools.Require("tshark");
        string file = Path.Combine(Path.GetTempPath(), $"nanotcp-{Environment.ProcessId}-keep-alive.pcapng");
        try
        {
            using NetworkNamespace space = new();
            using (TapStack peer = new(space, captureFile: file))
            {
                TcpListener listener = peer.Listen(Port);
                using Socket socket = peer.ConnectKernel(Port);
                TcpConnection connection = peer.Accept(listener);
                OpenAndCloseOverTapTests.AssertCarries(peer, connection, socket, 3000);
                peer.Do(() => (connection.KeepAliveInterval, connection.KeepAlive) = (1000, true));
                peer.Until(() => Probed(peer, fromStack: true) && !(connection.KeepAlive = false), "The stack does not probe, or is not answered.");
                AssertAnswered(peer, fromStack: true);
                OpenAndCloseOverTapTests.AssertCarries(peer, connection, socket, 3000);
                OpenAndCloseOverTapTests.Finish(peer, connection, socket);
            }

            int[] counts = CaptureTests.Counts(
                file, ["tcp.analysis.keep_alive", "tcp.analysis.keep_alive_ack", $"tcp.analysis.keep_alive && ip.src == {TapStack.Address}"]);
            Assert.IsGreaterThanOrEqualTo(3, counts[0], "probes");
            Assert.AreEqual(counts[0], counts[1], "answers");
            Assert.AreEqual(counts[0], counts[2], "probes of the stack");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [TestMethod]
    public void A_kernel_that_vanishes_is_noticed_by_keep_alive()
    {
        using NetworkNamespace space = new();
        using TapStack peer = new(space);
        TcpListener listener = peer.Listen(Port);
        using Socket socket = peer.ConnectKernel(Port);
        TcpConnection connection = peer.Accept(listener);
        OpenAndCloseOverTapTests.AssertCarries(peer, connection, socket, 3000);
        peer.Do(() =>
        {
            connection.KeepAliveInterval = 1000;
            connection.KeepAliveProbeInterval = 1000;
            connection.KeepAliveProbes = 2;
            connection.KeepAlive = true;
        });
        space.Shell($"ip link set {TapSample.Tap} down").Succeeded();
        peer.Until(() => connection.EndReason == TcpEndReason.TimedOut, "The stack does not notice that the kernel is gone.");
        peer.Do(connection.Close);
        peer.End();
    }

    /// <summary>Empty segments before the number that the other side waits for.</summary>
    private static SeenSegment[] Probes(IReadOnlyList<SeenSegment> seen, bool fromStack)
    {
        List<SeenSegment> probes = [];
        uint expected = 0;
        foreach (SeenSegment segment in seen)
        {
            if (segment.FromStack != fromStack)
            {
                expected = segment.Acknowledgment;
            }
            else if (segment is { Length: 0, Flags: SeenSegment.AckFlag } && segment.Sequence + 1 == expected)
            {
                probes.Add(segment);
            }
        }

        return [.. probes];
    }

    /// <summary>Whether three probes have gone out and the last one has been answered.</summary>
    private static bool Probed(TapStack peer, bool fromStack)
    {
        IReadOnlyList<SeenSegment> seen = peer.Recorder.All();
        return seen[^1].FromStack != fromStack && Probes(seen, fromStack).Length >= 3;
    }

    /// <summary>Each probe is followed by what comes next, and by nothing else.</summary>
    private static void AssertAnswered(TapStack peer, bool fromStack)
    {
        IReadOnlyList<SeenSegment> all = peer.Recorder.All();
        SeenSegment[] probes = Probes(all, fromStack);
        SeenSegment[] since = all.SkipWhile(s => s != probes[0]).ToArray();
        Assert.IsTrue(
            since.All(s => s.FromStack == fromStack || (s is { Length: 0, Flags: SeenSegment.AckFlag } && s.Acknowledgment == probes[0].Sequence + 1)),
            SegmentRecorder.Text(all));
        SegmentRecorder.AssertAnswered(since, probes.Contains, s => s.FromStack != fromStack);
    }
}
