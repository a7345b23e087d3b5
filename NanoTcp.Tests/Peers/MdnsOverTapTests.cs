using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using NanoTcp.Services;
using NanoTcp.Tests.Services;

namespace NanoTcp.Tests.Peers;

/// <summary>avahi, which most Linux machines speak multicast DNS with, as the neighbour.</summary>
[TestClass]
[TestCategory("Peers")]
public class MdnsOverTapTests
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Avahi_finds_the_host_and_its_service_the_host_finds_avahi_and_both_hear_goodbye(bool chip)
    {
        Require();
        string file = Path.Combine(Path.GetTempPath(), $"nanotcp-{Environment.ProcessId}-mdns-{chip}.pcapng");
        try
        {
            using NetworkNamespace space = new();
            using (TapStack peer = new(space, options => options.MulticastGroups = 1, chip, file))
            {
                using (AvahiDaemon avahi = new(space, "penguin"))
                {
                    MdnsResponder responder = StartResponder(peer);
                    MdnsResolver resolver = peer.Ask(() => new MdnsResolver(responder, 4));
                    peer.Until(() => responder.State == MdnsState.Ready, "The host does not come to its name.");

                    avahi.Finds("avahi-resolve -4 -n nanotcp.local", $"nanotcp.local\t{TapStack.Address}");
                    avahi.Finds($"avahi-resolve -a {TapStack.Address}", $"{TapStack.Address}\tnanotcp.local");
                    avahi.Finds(
                        "avahi-browse -rptk _http._tcp", $"=;{TapSample.Tap};IPv4;Boiler\\032room;_http._tcp;local;nanotcp.local;{TapStack.Address};80;\"path=/status\"");
                    avahi.Finds("avahi-browse -aptk", $"+;{TapSample.Tap};IPv4;Boiler\\032room;_http._tcp;local");

                    // There is no address of IPv6, and the host says so (RFC 6762 6.1). avahi waits for five seconds all the same.
                    long responses = peer.Ask(() => responder.Counters.GetValue(MdnsCounter.OutResponses));
                    AvahiDaemon.Until(
                        () => avahi.Tool("timeout 1 avahi-resolve -6 -n nanotcp.local").Output.Length == 0
                            && peer.Ask(() => responder.Counters.GetValue(MdnsCounter.OutResponses)) > responses,
                        "The host does not answer the question for an address of IPv6.");

                    uint address = 0;
                    peer.Until(() => resolver.Resolve("penguin.local", out address) == MdnsAnswer.Found, "avahi is not found.");
                    Assert.AreEqual(TapStack.Parse(TapStack.KernelAddress), address);
                    byte[] name = new byte[80];
                    int length = 0;
                    peer.Until(() => resolver.Resolve(address, name, 0, out length) == MdnsAnswer.Found, "avahi's address has no name.");
                    Assert.AreEqual("penguin.local", Encoding.ASCII.GetString(name, 0, length));

                    // Who goes is forgotten at once.
                    peer.Do(responder.Stop);
                    peer.Until(() => responder.State == MdnsState.Stopped, "The goodbye does not go out.");
                    AvahiDaemon.Until(() => !avahi.Tool("avahi-browse -pt _http._tcp").Output.Contains("Boiler", StringComparison.Ordinal), "avahi has not heard the goodbye.");
                    avahi.Stop();
                    peer.Until(() => resolver.Resolve("penguin.local", out address) != MdnsAnswer.Found, "avahi's goodbye was not heard.");
                }

                peer.End();
            }

            string own = $"ip.src == {TapStack.Address} && mdns";
            new CapturedFrames(file)
                .None("_ws.malformed || _ws.expert.severity >= 8388608 || udp.checksum.status == 0")
                .None(own + " && (ip.ttl != 255 || udp.srcport != 5353 || dns.flags.rcode != 0)")
                .Exactly(3, own + " && dns.flags.response == 0 && dns.count.auth_rr > 0", "probes")
                .AtLeast(4, own + " && dns.flags.response == 1", "responses")
                .AtLeast(1, own + " && dns.flags.response == 1 && dns.count.answers == 1 && dns.resp.type == 47", "denials")
                .Exactly(1, own + " && dns.resp.ttl == 0", "goodbyes")
                .Check();
        }
        finally
        {
            File.Delete(file);
        }
    }

    [TestMethod]
    public void A_name_that_avahi_has_is_left_to_it()
    {
        Require();
        using NetworkNamespace space = new();
        using TapStack peer = new(space, options => options.MulticastGroups = 1);
        using AvahiDaemon avahi = new(space, "nanotcp");
        MdnsResponder responder = StartResponder(peer);
        peer.Until(() => responder.State == MdnsState.Ready, "The host does not come to a name.");
        Assert.AreEqual("nanotcp-2", peer.Ask(() => responder.HostName));
        Assert.AreEqual("nanotcp", avahi.HostName);
        avahi.Finds("avahi-resolve -4 -n nanotcp-2.local", TapStack.Address);
        avahi.Finds("avahi-browse -rptk _http._tcp", $";nanotcp-2.local;{TapStack.Address};80;");
    }

    [TestMethod]
    public void A_name_that_the_host_has_is_left_to_it_by_avahi()
    {
        Require();
        using NetworkNamespace space = new();
        using TapStack peer = new(space, options => options.MulticastGroups = 1);
        MdnsResponder responder = StartResponder(peer);
        peer.Until(() => responder.State == MdnsState.Ready, "The host does not come to its name.");
        using AvahiDaemon avahi = new(space, "nanotcp");
        AvahiDaemon.Until(() => avahi.HostName == "nanotcp-2", "avahi does not give way.");
        Assert.AreEqual("nanotcp", peer.Ask(() => responder.HostName));
        avahi.Finds("avahi-resolve -4 -n nanotcp.local", TapStack.Address);
    }

    [TestMethod]
    public void A_program_that_knows_only_ordinary_DNS_gets_an_ordinary_answer()
    {
        PeerTools.Require("ping");
        using NetworkNamespace space = new();
        using TapStack peer = new(space, options => options.MulticastGroups = 1);
        MdnsResponder responder = StartResponder(peer);
        peer.Until(() => responder.State == MdnsState.Ready, "The host does not come to its name.");
        using Socket client = NamespaceSockets.Udp(space);
        client.Bind(new IPEndPoint(IPAddress.Parse(TapStack.KernelAddress), 0));
        client.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.Parse(TapStack.KernelAddress).GetAddressBytes());
        client.SendTo(DnsText.Parse("query RD id=4711; ?nanotcp.local A"), new IPEndPoint(IPAddress.Parse("224.0.0.251"), 5353));
        byte[] answer = new byte[1500];
        int length = client.Receive(answer);
        Assert.AreEqual(
            $"response id=4711; ?nanotcp.local A; =nanotcp.local 10 A {TapStack.Address}; +nanotcp.local 10 NSEC nanotcp.local A", DnsText.Format(answer[..length]));
    }

    private static void Require()
    {
        PeerTools.Require("avahi-daemon", "avahi-browse", "avahi-resolve", "dbus-daemon", "dbus-send", "tshark");
    }

    private static MdnsResponder StartResponder(TapStack peer)
    {
        return peer.Ask(() => new MdnsResponder(peer.Stack, "nanotcp", [new MdnsService("Boiler room", "_http._tcp", 80, ["path=/status"])]));
    }
}
