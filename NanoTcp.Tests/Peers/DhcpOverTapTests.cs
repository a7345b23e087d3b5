using System;
using System.Collections.Generic;
using System.IO;
using System.Text.RegularExpressions;
using NanoTcp.Services;
using NanoTcp.Tcp;
using NanoTcp.Wire;
using TcpListener = NanoTcp.Tcp.TcpListener;

namespace NanoTcp.Tests.Peers;

/// <summary>
/// DHCP with dnsmasq, and address conflicts with the kernel. The stack's time passes faster than the world's, so that a lease of
/// two minutes, the shortest that dnsmasq gives, ends within a test.
/// </summary>
[TestClass]
[TestCategory("Peers")]
public sealed class DhcpOverTapTests : IDisposable
{
    private const int Fast = 20;

    /// <summary>Where an answer has to come in time.</summary>
    private const int Slow = 4;

    private const string Tap = TapSample.Tap;

    private readonly List<HostState> _states = [];
    private readonly string _capture = Path.GetTempFileName();
    private int _seen;
    private HostConfiguration? _host;
    private TapStack? _peer;

    private HostConfiguration Host => _host!;

    private TapStack Peer => _peer!;

    public void Dispose()
    {
        _peer?.Dispose();
        File.Delete(_capture);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void A_lease_is_got_renewed_rebound_and_given_back(bool chip)
    {
        using NetworkNamespace space = new();
        MakeTap(space);
        using Dnsmasq server = new(
            space, Tap, "10.77.0.50,10.77.0.60,120", "--dhcp-option=option:dns-server,10.77.0.53,10.77.0.54", "--dhcp-option=option:ntp-server,10.77.0.123",
            "--domain=home.arpa", "--dhcp-option=58,20", "--dhcp-option=59,50");
        Start(space, Fast, chip: chip);
        Become(HostState.Bound);
        string address = Address();
        StringAssert.Matches(address, new Regex(@"^10\.77\.0\.(5\d|60)$"));
        server.Until("client provides name: nanotcp");
        Assert.AreEqual(24, Peer.Ask(() => Peer.Stack.PrefixLength));
        Assert.AreEqual("10.77.0.1", Ipv4Address.ToText(Peer.Ask(() => Peer.Stack.Gateway)));
        Assert.AreEqual("10.77.0.1", Ipv4Address.ToText(Peer.Ask(() => Host.Server)));
        Assert.AreEqual("10.77.0.54", Ipv4Address.ToText(Peer.Ask(() => Host.GetDnsServer(1))));
        Assert.AreEqual("10.77.0.123", Ipv4Address.ToText(Peer.Ask(() => Host.GetNtpServer(0))));
        Assert.AreEqual("home.arpa".Length, Peer.Ask(() => Host.DomainNameLength));
        space.Exec("ping", "-n", "-c", "1", "-w", "20", address).Succeeded();

        // T1 comes every 20 s of the stack's time.
        Peer.Until(() => Host.Counters.GetValue(HostCounter.Acks) >= 3, "The lease is not renewed.");
        Assert.AreEqual(address, Address());

        // The server that does not answer is asked in vain at T1; at T2 everybody is.
        server.Freeze();
        Become(HostState.Renewing);
        Become(HostState.Rebinding);
        Assert.AreEqual(address, Address());
        server.Continue();
        Become(HostState.Bound);
        Assert.AreEqual(address, Address());
        HostCountedAtMost(HostCounter.Discovers, 20);
        Peer.Do(Host.Stop);
        Become(HostState.Stopped);
        server.Until("DHCPRELEASE(nano0) " + address);
        NothingIsMalformed("dhcp.option.dhcp == 1 || dhcp.option.dhcp == 3 || dhcp.option.dhcp == 7", 6);
    }

    [TestMethod]
    public void A_lease_that_nobody_prolongs_expires_and_ends_connections_and_a_server_that_comes_later_is_found()
    {
        PeerTools.Require("nc");
        using NetworkNamespace space = new();
        MakeTap(space);
        Start(space, Fast);
        using System.Net.Sockets.Socket client = NamespaceSockets.Tcp(space);
        TcpConnection connection;
        using (Dnsmasq server = new(space, Tap, "10.77.0.50,10.77.0.60,120"))
        {
            Become(HostState.Bound);
            TcpListener listener = Peer.Listen(80);
            client.Connect(System.Net.IPAddress.Parse(Address()), 80);
            connection = Peer.Accept(listener);
        }

        // Nobody is there for the rest of the two minutes, which are twelve seconds here.
        Become(HostState.Renewing);
        Become(HostState.Rebinding);
        Peer.Until(() => connection.EndReason == TcpEndReason.AddressChanged, "The lease does not expire.");
        Peer.Do(connection.Close);
        Become(HostState.LinkLocal);
        HostCountedAtMost(HostCounter.Expirations, 1);
        string linkLocal = Address();
        StringAssert.StartsWith(linkLocal, "169.254.");

        // The kernel can reach it when it has a way there.
        space.Shell("ip addr add 169.254.1.1/16 dev nano0").Succeeded();
        space.Exec("ping", "-n", "-c", "1", "-w", "20", linkLocal).Succeeded();
        using Dnsmasq second = new(space, Tap, "10.77.0.70,10.77.0.80,120");
        Become(HostState.Bound);
        StringAssert.StartsWith(Address(), "10.77.0.");
        Assert.AreNotEqual(0, space.Exec("ping", "-n", "-c", "1", "-W", "1", linkLocal).ExitCode, "the old address is gone");
        NothingIsMalformed("arp.opcode == 1 && arp.src.proto_ipv4 == 169.254.0.0/16", 2);
    }

    [TestMethod]
    public void A_foreign_address_is_refused_by_DHCPNAK_and_another_one_is_asked_for()
    {
        using NetworkNamespace space = new();
        MakeTap(space);
        using Dnsmasq server = new(space, Tap, "10.77.0.50,10.77.0.60,120", "--dhcp-authoritative");
        Start(space, Slow, options => options.Address = Ipv4Address.From(192, 168, 99, 7));
        Become(HostState.Bound);
        StringAssert.StartsWith(Address(), "10.77.0.");
        HostCountedAtMost(HostCounter.Naks, 1);
        server.Until("DHCPNAK(nano0) 192.168.99.7");
    }

    [TestMethod]
    public void An_address_that_the_kernel_holds_is_declined_and_one_of_ours_is_seen_by_the_kernel()
    {
        PeerTools.Require("arping");
        using NetworkNamespace space = new();
        using NetworkNamespace other = new();
        MakeTap(space);
        MakeBridge(space);
        Join(space, other, "v1", "s1", "10.77.0.50");
        space.Shell("ip addr add 10.77.0.1/24 dev br0").Succeeded();

        // The server, which does not look, gives away what another kernel has.
        using Dnsmasq server = new(space, "br0", "10.77.0.50,10.77.0.51,120", "--dhcp-host=02:00:00:77:00:02,10.77.0.50", "--dhcp-option=58,100");
        Start(space, Slow);
        Peer.Until(() => Host.Counters.GetValue(HostCounter.Declines) >= 1, "The address is not declined.");
        server.Until("DHCPDECLINE(br0) 10.77.0.50");
        Assert.AreEqual(
            other.Shell("cat /sys/class/net/s1/address").Succeeded().Output.Trim(), MacAddress.ToText(Peer.Ask(() => Host.LastConflict)));
        Become(HostState.Bound);
        Assert.AreEqual("10.77.0.51", Address());

        // Who looks for duplicates from there finds us.
        CommandResult arping = other.Exec("arping", "-0", "-C", "1", "-w", "20", "-i", "s1", "10.77.0.51").Succeeded();
        StringAssert.Contains(arping.Output, "02:00:00:77:00:02");

        // When it takes our address all the same, it is told once; when it does so again, the address is given up.
        // That is within ten seconds (RFC 5227 2.4), of which the stack has four where the world has one.
        other.Shell("ip addr add 10.77.0.51/32 dev s1").Succeeded();
        for (int i = 0; i < 10 && Peer.Ask(() => Host.Counters.GetValue(HostCounter.Declines)) < 2; i++)
        {
            other.Exec("arping", "-U", "-c", "3", "-W", "0.3", "-i", "s1", "-S", "10.77.0.51", "10.77.0.51");
        }

        Peer.Until(() => Host.Counters.GetValue(HostCounter.Declines) >= 2, "The address is not given up.");
        HostCountedAtMost(HostCounter.Defences, 10);
        NothingIsMalformed("dhcp.option.dhcp == 4", 2);
    }

    [TestMethod]
    public void Of_two_servers_on_one_bridge_one_is_chosen_and_the_other_one_takes_over_when_it_is_gone()
    {
        using NetworkNamespace space = new();
        using NetworkNamespace first = new();
        using NetworkNamespace second = new();
        MakeTap(space);
        MakeBridge(space);
        Join(space, first, "v1", "s1", "10.77.0.1");
        Join(space, second, "v2", "s2", "10.77.0.2");
        using Dnsmasq one = new(first, "s1", "10.77.0.50,10.77.0.59,120", "--dhcp-option=58,30", "--dhcp-option=59,60");
        using Dnsmasq two = new(second, "s2", "10.77.0.60,10.77.0.69,120", "--dhcp-option=58,30", "--dhcp-option=59,60");
        Start(space, Fast);
        Become(HostState.Bound);
        string chosen = Ipv4Address.ToText(Peer.Ask(() => Host.Server));
        string address = Address();
        Assert.IsTrue(
            (chosen == "10.77.0.1" && address.StartsWith("10.77.0.5", StringComparison.Ordinal))
            || (chosen == "10.77.0.2" && address.StartsWith("10.77.0.6", StringComparison.Ordinal)),
            $"{address} of {chosen}");

        // The chosen one dies. The other one does not know the lease, and in the end gives one of its own.
        (chosen == "10.77.0.1" ? one : two).Dispose();
        string other = chosen == "10.77.0.1" ? "10.77.0.2" : "10.77.0.1";
        Peer.Until(() => Ipv4Address.ToText(Host.Server) == other && Host.State == HostState.Bound, "The other server is not found.");
        Assert.AreNotEqual(address, Address());
    }

    /// <summary>Starts the stack, which looks for an address from now on.</summary>
    private void Start(NetworkNamespace space, int speed, Action<HostConfigurationOptions>? configure = null, bool chip = false)
    {
        PeerTools.Require("dnsmasq");
        _peer = new TapStack(
            space,
            chip: chip,
            captureFile: _capture,
            start: stack =>
            {
                HostConfigurationOptions options = new() { Observer = new Watcher(_states) };
                configure?.Invoke(options);
                _host = new HostConfiguration(stack, options);
            },
            speed: speed);
    }

    /// <summary>Waits until the host gets into a state after the one that was waited for last; it may have left it since.</summary>
    private void Become(HostState state)
    {
        Peer.Until(
            () =>
            {
                int found = _states.IndexOf(state, _seen);
                _seen = found < 0 ? _seen : found + 1;
                return found >= 0;
            },
            $"The host does not become {state}.");
    }

    private string Address() => Ipv4Address.ToText(Peer.Ask(() => Peer.Stack.Address));

    private void HostCountedAtMost(int counter, int most)
    {
        long count = Peer.Ask(() => Host.Counters.GetValue(counter));
        Assert.IsTrue(count >= 1 && count <= most, $"{Host.Counters.GetName(counter)}: {count}");
    }

    /// <summary>The interface that the stack finds, with the kernel's side as a server has it.</summary>
    private static void MakeTap(NetworkNamespace space)
    {
        space.Shell($"ip tuntap add {Tap} mode tap; ip addr add {TapSample.KernelAddress}/24 dev {Tap}; ip link set {Tap} up").Succeeded();
    }

    /// <summary>Puts that interface into a bridge instead.</summary>
    private static void MakeBridge(NetworkNamespace space)
    {
        space.Shell($"ip addr flush dev {Tap}; ip link add br0 type bridge forward_delay 0; ip link set {Tap} master br0; ip link set br0 up").Succeeded();
    }

    /// <summary>Another kernel on the bridge.</summary>
    private static void Join(NetworkNamespace space, NetworkNamespace other, string here, string there, string address)
    {
        space.Shell($"ip link add {here} type veth peer name {there}; ip link set {there} netns {other.Name}; ip link set {here} master br0 up").Succeeded();
        other.Shell($"ip addr add {address}/24 dev {there}; ip link set {there} up").Succeeded();
    }

    /// <summary>Ends the stack, and lets Wireshark's dissectors look at all that was on the cable.</summary>
    private void NothingIsMalformed(string seen, int atLeast)
    {
        PeerTools.Require("tshark");
        Peer.Dispose();
        _peer = null;
        new CapturedFrames(_capture)
            .None("_ws.malformed || _ws.expert.severity >= 8388608", "malformed packets")
            .None("ip.checksum.status == 0 || udp.checksum.status == 0", "bad checksums")
            .AtLeast(atLeast, seen)
            .Check();
    }

    private sealed class Watcher(List<HostState> states) : IHostObserver
    {
        public void HostChanged(HostConfiguration host) => states.Add(host.State);
    }
}
