using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;
using NanoTcp.Primitives;
using NanoTcp.Udp;

namespace NanoTcp.Tests.Peers;

/// <summary>The kernel's UDP and ICMP as the peer.</summary>
[TestClass]
[TestCategory("Peers")]
public class UdpOverTapTests
{
    private const int Port = 50123;
    private const int ClosedPort = 50124;
    private const string Group = "239.77.1.2";
    private const string Broadcast = "10.77.0.255";

    private static readonly IPEndPoint s_stack = new(IPAddress.Parse(TapStack.Address), Port);

    [TestMethod]
    public void Nc_gets_its_datagrams_back()
    {
        PeerTools.Require("nc");
        using NetworkNamespace space = new();
        using TapStack peer = new(space);
        Serve(peer);

        // Each when the one before has come back: nc makes one datagram of what it finds in its input.
        CommandResult result = space.Shell($$"""
            coproc nc -u -w 30 {{TapStack.Address}} {{Port}}
            for i in 1 2 3; do echo datagram $i >&"${COPROC[1]}"; read -r -t 20 line <&"${COPROC[0]}"; echo "$line"; done
            kill $COPROC_PID
            """, 90).Succeeded();
        Assert.AreEqual("datagram 1\ndatagram 2\ndatagram 3\n", result.Output);
    }

    [TestMethod]
    public void Nc_that_listens_gets_a_datagram()
    {
        PeerTools.Require("nc");
        using NetworkNamespace space = new();
        using TapStack peer = new(space);
        UdpSocket socket = peer.Ask(() => peer.Stack.CreateUdpSocket(256, 256));
        using Process nc = Command.Start(space.Inside("nc", "-u", "-l", "-n", "-W", "1", TapStack.KernelAddress, Text(Port)));
        Task<string> output = nc.StandardOutput.ReadToEndAsync();
        Task<string> errors = nc.StandardError.ReadToEndAsync();
        byte[] text = Encoding.ASCII.GetBytes("from the stack\n");

        // It is not there at once, and says nothing when it is: until then the kernel refuses.
        peer.Do(() => socket.Connect(TapStack.Parse(TapStack.KernelAddress), Port));
        peer.Until(
            () =>
            {
                if (socket.Sending == 0 && (peer.Milliseconds / 50 % 2) == 0)
                {
                    socket.Send(text, 0, text.Length);
                }

                return nc.HasExited;
            },
            "nc gets nothing.");
        Assert.AreEqual("from the stack\n", output.Result, errors.Result);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Datagrams_of_every_size_come_back_unchanged(bool chip)
    {
        using NetworkNamespace space = new();
        using TapStack peer = new(space, chip: chip);
        UdpSocket echo = Serve(peer);
        using Socket socket = NamespaceSockets.Udp(space);
        socket.Connect(s_stack);
        byte[] buffer = new byte[2000];
        for (int size = 0; size <= 1472; size += size < 40 ? 1 : 179)
        {
            byte[] sent = Pattern.Random(size, size);
            socket.Send(sent);
            int length = socket.Receive(buffer);
            CollectionAssert.AreEqual(sent, buffer[..length]);
        }

        Assert.AreEqual(0, peer.Ask(() => echo.ReceiveDrops));
        Assert.AreEqual(0, peer.Count(StackCounter.UdpInErrors));
        peer.End();
    }

    [TestMethod]
    public void Broadcasts_arrive_both_ways()
    {
        using NetworkNamespace space = new();
        using TapStack peer = new(space);
        using Socket kernel = NamespaceSockets.Udp(space);
        Broadcasts(peer, kernel);
    }

    [TestMethod]
    public void Multicasts_arrive_both_ways_with_a_time_to_live_of_one()
    {
        using NetworkNamespace space = new();
        using TapStack peer = new(space, o => o.MulticastGroups = 1);
        using Socket kernel = NamespaceSockets.Udp(space);
        Multicasts(peer, kernel);
    }

    [TestMethod]
    public void The_kernels_socket_is_refused_by_a_closed_port()
    {
        using NetworkNamespace space = new();
        using TapStack peer = new(space);
        RefuseKernel(peer);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void The_kernels_refusal_reaches_the_stacks_socket(bool chip)
    {
        using NetworkNamespace space = new();
        using TapStack peer = new(space, chip: chip);
        RefuseStack(peer);
    }

    [TestMethod]
    public void A_flood_of_datagrams_to_a_closed_port_is_answered_by_a_few_errors_and_the_stack_goes_on()
    {
        using NetworkNamespace space = new();
        using TapStack peer = new(space);
        using Socket socket = NamespaceSockets.Udp(space);
        IPEndPoint closed = new(IPAddress.Parse(TapStack.Address), ClosedPort);
        long begun = peer.Milliseconds;
        for (int i = 0; i < 2000; i++)
        {
            socket.SendTo([1, 2, 3], closed);
        }

        // The first requests may find the kernel's queue still full.
        space.Exec("ping", "-n", "-c", "1", "-w", "20", TapStack.Address).Succeeded();
        long errors = peer.Count(StackCounter.IcmpOutErrors);
        long limited = peer.Count(StackCounter.IcmpOutLimited);
        long most = 30 + ((peer.Milliseconds - begun) / 50);
        Assert.IsTrue(errors >= 5 && errors <= most, $"{errors} errors, {most} at most");
        Assert.AreEqual(peer.Count(StackCounter.UdpNoPorts), errors + limited);
    }

    [TestMethod]
    public void Tshark_has_no_complaint_about_all_of_this()
    {
        PeerTools.Require("tshark");
        string file = Path.Combine(Path.GetTempPath(), $"nanotcp-{Environment.ProcessId}-udp.pcapng");
        try
        {
            using NetworkNamespace space = new();
            using (TapStack peer = new(space, o => o.MulticastGroups = 1, captureFile: file))
            {
                UdpSocket echo = Serve(peer);
                peer.Do(() => echo.DifferentiatedServices = 46);
                using Socket socket = NamespaceSockets.Udp(space);
                socket.Connect(s_stack);
                for (int size = 0; size < 1400; size += 50)
                {
                    socket.Send(Pattern.Random(size, 1));
                    Assert.AreEqual(size, socket.Receive(new byte[2000]));
                }

                using Socket broadcasts = NamespaceSockets.Udp(space);
                Broadcasts(peer, broadcasts, ClosedPort + 1);
                using Socket multicasts = NamespaceSockets.Udp(space);
                Multicasts(peer, multicasts, ClosedPort + 2);
                RefuseKernel(peer);
                RefuseStack(peer);

                // A protocol that nobody here speaks: 253 is for experiments (RFC 3692).
                using Socket raw = NamespaceSockets.Raw(space);
                byte[] packet = Wire.Frames.Ipv4(TapStack.Parse(TapStack.KernelAddress), TapStack.Parse(TapStack.Address), 253, new byte[30]);
                raw.SendTo(packet, new IPEndPoint(s_stack.Address, 0));
                peer.Until(() => peer.Stack.Counters.GetValue(StackCounter.IcmpOutErrors) >= 2, "The stack does not refuse the protocol.");
            }

            // By its station, because the kernel's errors bring the stack's own headers back.
            const string Own = "eth.src == 02:00:00:77:00:02 && ";
            string[] unwanted =
            [
                "_ws.malformed", "_ws.expert.severity >= 8388608",
                "ip.checksum.status == 0", "udp.checksum.status == 0", "icmp.checksum.status == 0", "udp.checksum == 0",
                Own + "(ip.flags.mf == 1 || ip.frag_offset > 0)",
            ];
            new CapturedFrames(file)
                .None(string.Join(" || ", Array.ConvertAll(unwanted, u => $"({u})")), "what tshark complains of")
                .AtLeast(28, Own + "udp.checksum.status == 1 && ip.dsfield.dscp == 46")
                .Exactly(1, Own + "icmp.type == 3 && icmp.code == 3 && icmp.checksum.status == 1")
                .Exactly(1, Own + "icmp.type == 3 && icmp.code == 2")
                .Exactly(1, Own + $"ip.dst == {Group} && ip.ttl == 1 && udp")
                .Exactly(2, Own + "eth.dst == ff:ff:ff:ff:ff:ff && udp")
                .Check();
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A socket of the stack that sends back whatever comes.</summary>
    private static UdpSocket Serve(TapStack peer)
    {
        UdpSocket socket = peer.Ask(() => peer.Stack.CreateUdpSocket(8192, 8192));
        peer.Do(() => socket.Bind(Port));
        byte[] buffer = new byte[1500];
        _ = peer.Begin(() =>
        {
            while (socket.Waiting != 0 && socket.Writable == socket.MaxPayload)
            {
                int length = socket.Receive(buffer, 0, buffer.Length);
                socket.SendTo(socket.SenderAddress, socket.SenderPort, buffer, 0, length);
                peer.Worked();
            }

            return false;
        });
        return socket;
    }

    private static void Broadcasts(TapStack peer, Socket kernel, int port = Port)
    {
        UdpSocket socket = peer.Ask(() => peer.Stack.CreateUdpSocket(256, 256));
        peer.Do(() => socket.Bind(port));
        kernel.EnableBroadcast = true;
        kernel.Bind(new IPEndPoint(IPAddress.Any, port));
        kernel.SendTo([1, 2, 3], new IPEndPoint(IPAddress.Parse(Broadcast), port));
        peer.Until(() => socket.Waiting == 1, "The broadcast does not arrive.");
        byte[] buffer = new byte[100];
        Assert.AreEqual(3, peer.Ask(() => socket.Receive(buffer, 0, 100)));
        Assert.AreEqual(TapStack.Parse(Broadcast), socket.DestinationAddress);

        // Its own broadcast is in the kernel's queue too.
        Assert.AreEqual(3, kernel.Receive(buffer));
        foreach (string address in new[] { Broadcast, "255.255.255.255" })
        {
            peer.Do(() =>
            {
                socket.AllowBroadcast = true;
                Assert.IsTrue(socket.SendTo(TapStack.Parse(address), port, [4, 5], 0, 2));
            });
            EndPoint from = new IPEndPoint(IPAddress.Any, 0);
            Assert.AreEqual(2, kernel.ReceiveFrom(buffer, ref from));
            Assert.AreEqual(new IPEndPoint(s_stack.Address, port), from);
        }
    }

    private static void Multicasts(TapStack peer, Socket kernel, int port = Port)
    {
        UdpSocket socket = peer.Ask(() => peer.Stack.CreateUdpSocket(256, 256));
        peer.Do(() =>
        {
            socket.Bind(port);
            peer.Stack.JoinGroup(TapStack.Parse(Group));
        });
        IPAddress group = IPAddress.Parse(Group);
        IPAddress own = IPAddress.Parse(TapStack.KernelAddress);
        kernel.Bind(new IPEndPoint(IPAddress.Any, port));
        kernel.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(group, own));
        kernel.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, own.GetAddressBytes());
        kernel.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastLoopback, false);
        kernel.SendTo([1, 2, 3], new IPEndPoint(group, port));
        peer.Until(() => socket.Waiting == 1, "The multicast does not arrive.");
        byte[] buffer = new byte[100];
        Assert.AreEqual(3, peer.Ask(() => socket.Receive(buffer, 0, 100)));
        Assert.AreEqual(TapStack.Parse(Group), socket.DestinationAddress);
        Assert.AreEqual(TapStack.Parse(TapStack.KernelAddress), socket.SenderAddress);
        peer.Do(() => Assert.IsTrue(socket.SendTo(TapStack.Parse(Group), port, [4, 5], 0, 2)));
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        Assert.AreEqual(2, kernel.ReceiveFrom(buffer, ref from));
        Assert.AreEqual(new IPEndPoint(s_stack.Address, port), from);
    }

    private static void RefuseKernel(TapStack peer)
    {
        using Socket socket = NamespaceSockets.Udp(peer.Space);
        socket.Connect(new IPEndPoint(s_stack.Address, ClosedPort));
        socket.Send([1, 2, 3]);
        SocketException refused = Assert.ThrowsExactly<SocketException>(() => socket.Receive(new byte[10]));
        Assert.AreEqual(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    private static void RefuseStack(TapStack peer)
    {
        UdpSocket socket = peer.Ask(() => peer.Stack.CreateUdpSocket(256, 256));
        peer.Do(() =>
        {
            socket.Connect(TapStack.Parse(TapStack.KernelAddress), ClosedPort);
            Assert.IsTrue(socket.Send([1, 2, 3], 0, 3));
        });
        UdpError error = UdpError.None;
        peer.Until(() => (error = socket.TakeError()) != UdpError.None, "The refusal does not arrive.");
        Assert.AreEqual(UdpError.Refused, error);
    }
}
