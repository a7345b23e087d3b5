using System;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using NanoTcp.Primitives;
using NanoTcp.Tcp;
using TcpListener = NanoTcp.Tcp.TcpListener;

namespace NanoTcp.Tests.Peers;

/// <summary>
/// A host of the kernel behind two routers, and between the routers a link of 576 octets that neither end can see.
/// </summary>
/// <remarks>
/// <code>
/// stack --TAP 1500-- near router --576-- far router --1500-- host
/// 10.77.0.2   10.77.0.1      10.78.0.1   10.78.0.2   10.79.0.1   10.79.0.2
/// </code>
/// </remarks>
[TestClass]
[TestCategory("Peers")]
public class SmallPathTests
{
    private const string Host = "10.79.0.2";
    private const int Port = 7000;
    private const int Size = 100_000;

    /// <summary>576 octets less the headers of IPv4 and TCP.</summary>
    private const int SmallSegment = 536;

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void A_transfer_over_a_path_of_576_octets_is_exact_both_ways_and_is_not_fragmented(bool chip)
    {
        using Path path = new(chip);
        using Socket listener = NamespaceSockets.Tcp(path.Far);
        listener.Bind(new IPEndPoint(IPAddress.Parse(Host), Port));
        listener.Listen();
        TcpConnection connection = path.Peer.Connect(Port, Host);
        using Socket socket = listener.Accept();
        OpenAndCloseOverTapTests.AssertCarries(path.Peer, connection, socket, Size);
        AssertSmall(path);
        OpenAndCloseOverTapTests.Finish(path.Peer, connection, socket);
    }

    [TestMethod]
    public void A_host_that_comes_over_a_path_of_576_octets_is_served_without_fragments()
    {
        using Path path = new(chip: false);
        TcpListener listener = path.Peer.Listen(Port);
        using Socket socket = NamespaceSockets.Tcp(path.Far);
        socket.Connect(IPAddress.Parse(TapStack.Address), Port);
        TcpConnection connection = path.Peer.Accept(listener);
        OpenAndCloseOverTapTests.AssertCarries(path.Peer, connection, socket, Size);
        AssertSmall(path);
        OpenAndCloseOverTapTests.Finish(path.Peer, connection, socket);
    }

    [TestMethod]
    public void A_kernel_that_asks_for_segments_of_536_octets_gets_no_larger_ones()
    {
        // RFC 9293 3.7.1, MUST-14 to MUST-16: the route's advmss is what the kernel puts into its MSS option.
        using NetworkNamespace space = new();
        using TapStack peer = new(space);
        space.Shell($"ip route replace 10.77.0.0/24 dev {TapSample.Tap} src {TapStack.KernelAddress} advmss {SmallSegment.ToString(CultureInfo.InvariantCulture)}").Succeeded();
        TcpListener listener = peer.Listen(Port);
        using Socket socket = peer.ConnectKernel(Port);
        TcpConnection connection = peer.Accept(listener);
        OpenAndCloseOverTapTests.AssertCarries(peer, connection, socket, Size);
        Assert.AreEqual(SmallSegment, peer.Recorder.All().Where(s => s.FromStack).Max(s => s.Length));
        OpenAndCloseOverTapTests.Finish(peer, connection, socket);
    }

    [TestMethod]
    public void A_router_that_drops_large_segments_without_a_word_costs_two_timeouts_and_no_octet()
    {
        // RFC 2923 2.1. What the near router itself says to the stack never leaves it.
        using Path path = new(chip: false);
        path.Near.Shell($"ip rule add iif lo to {TapStack.Address} ipproto icmp blackhole").Succeeded();
        using Socket listener = NamespaceSockets.Tcp(path.Far);
        listener.Bind(new IPEndPoint(IPAddress.Parse(Host), Port));
        listener.Listen();
        TcpConnection connection = path.Peer.Connect(Port, Host);
        using Socket socket = listener.Accept();
        OpenAndCloseOverTapTests.AssertCarries(path.Peer, connection, socket, Size);
        string counters = path.Counters();
        SeenSegment[] own = path.Peer.Recorder.All().Where(s => s is { FromStack: true, Length: not 0 }).ToArray();
        string text = counters + SegmentRecorder.Text(own);
        Assert.IsTrue(Path.Value(counters, "FragFails") >= 2, $"Nothing was too large, so this shows nothing. {text}");
        Assert.AreEqual(0, Path.Value(counters, "FragCreates"), text);
        Assert.AreEqual(1, path.Peer.Count(StackCounter.TcpBlackHoles), text);
        Assert.AreEqual(0, path.Peer.Count(StackCounter.IcmpInMsgs) - path.Peer.Count(StackCounter.IcmpOutEchoReplies), "errors that came all the same");
        OpenAndCloseOverTapTests.Finish(path.Peer, connection, socket);
    }

    private static void AssertSmall(Path path)
    {
        string counters = path.Counters();
        SeenSegment[] own = path.Peer.Recorder.All().Where(s => s is { FromStack: true, Length: not 0 }).ToArray();
        string text = counters + SegmentRecorder.Text(own);
        Assert.IsTrue(own.All(s => s.DontFragment || s.Length <= SmallSegment), text);
        Assert.AreEqual(0, Path.Value(counters, "FragCreates"), text);
        Assert.IsTrue(Path.Value(counters, "FragFails") >= 1, $"Nothing was too large, so this shows nothing. {text}");

        // The first segments tell; the router's word comes back, and from then on they are small.
        Assert.IsTrue(own.Any(s => s.Length > SmallSegment), text);
        Assert.IsTrue(own.Skip(own.Length / 4).All(s => s.Length <= SmallSegment), text);
        Assert.IsTrue(own.Count(s => s.Length == SmallSegment) > Size / SmallSegment / 2, text);
    }

    /// <summary>The namespaces and what joins them.</summary>
    private sealed class Path : IDisposable
    {
        private readonly NetworkNamespace _near = new();
        private readonly NetworkNamespace _between = new();

        internal Path(bool chip)
        {
            Far = new NetworkNamespace();
            try
            {
                Peer = new TapStack(_near, chip: chip);
                _near.Shell($"""
                    set -e
                    ip link add small0 mtu 576 type veth peer name small1 mtu 576 netns {_between.Name}
                    ip addr add 10.78.0.1/24 dev small0
                    ip link set small0 up
                    ip route add 10.79.0.0/24 via 10.78.0.2
                    sysctl -qw net.ipv4.ip_forward=1
                    """).Succeeded();
                _between.Shell($"""
                    set -e
                    ip link add wide0 type veth peer name wide1 netns {Far.Name}
                    ip addr add 10.78.0.2/24 dev small1
                    ip addr add 10.79.0.1/24 dev wide0
                    ip link set small1 up
                    ip link set wide0 up
                    ip route add 10.77.0.0/24 via 10.78.0.1
                    sysctl -qw net.ipv4.ip_forward=1
                    """).Succeeded();

                // A virtual interface hands whole bursts over as one large packet; hosts on a wire do not.
                Far.Shell($"""
                    set -e
                    ip link set wide1 gso_max_segs 1
                    ip addr add {Host}/24 dev wide1
                    ip link set wide1 up
                    ip route add default via 10.79.0.1
                    ping -n -c 1 -w 20 {TapStack.Address}
                    """).Succeeded();
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        internal NetworkNamespace Far { get; }

        internal NetworkNamespace Near => _near;

        internal TapStack Peer { get; }

        /// <summary>What the near router counted about IPv4: a line of names and a line of numbers.</summary>
        internal string Counters()
        {
            return _near.Shell("grep ^Ip: /proc/net/snmp").Succeeded().Output;
        }

        internal static long Value(string counters, string name)
        {
            string[][] lines = counters.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')).ToArray();
            return long.Parse(lines[1][Array.IndexOf(lines[0], name)], CultureInfo.InvariantCulture);
        }

        public void Dispose()
        {
            Peer?.Dispose();
            Far.Dispose();
            _between.Dispose();
            _near.Dispose();
        }
    }
}
