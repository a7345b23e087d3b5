using System;
using System.IO;
using System.Text;
using NanoTcp.Services;

namespace NanoTcp.Tests.Peers;

/// <summary>dnsmasq as the name server and chronyd as the time server.</summary>
[TestClass]
[TestCategory("Peers")]
public class NameAndTimeTests
{
    private const string DeadServer = "10.77.0.3";

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Dnsmasq_answers_every_kind_of_question(bool chip)
    {
        PeerTools.Require("dnsmasq", "tshark");
        string file = Path.Combine(Path.GetTempPath(), $"nanotcp-{Environment.ProcessId}-dns-{chip}.pcapng");
        try
        {
            int repeated;
            using NetworkNamespace space = new();
            using (TapStack peer = new(space, chip: chip, captureFile: file))
            {
                using UdpDaemon server = NameServer(space);
                DnsClient dns = peer.Ask(() => new DnsClient(peer.Stack, new DnsClientOptions()));
                peer.Do(() => dns.SetServer(0, TapStack.Parse(TapStack.KernelAddress)));

                Assert.AreEqual("Found 192.0.2.5 ", Ask(peer, dns, "host.test"));
                Assert.AreEqual("Found 192.0.2.5 ", Ask(peer, dns, "HOST.test."), "from the cache");
                Assert.AreEqual("Found 192.0.2.5 ", Ask(peer, dns, "alias.test"));
                Assert.AreEqual("Found 192.0.2.5 ", Ask(peer, dns, "alias-of-alias.test"));
                Assert.AreEqual("Found 192.0.2.5 host.test", AskName(peer, dns, "192.0.2.5"));
                Assert.AreEqual("NoSuchName 0.0.0.0 ", Ask(peer, dns, "nobody.test"));
                Assert.AreEqual("NoData 0.0.0.0 ", Ask(peer, dns, "six.test"));
                Assert.AreEqual("NoSuchName 192.0.2.9 ", AskName(peer, dns, "192.0.2.9"));

                // Nobody above: dnsmasq refuses.
                Assert.AreEqual("ServerFailed 0.0.0.0 ", Ask(peer, dns, "host.elsewhere"));
                Assert.AreEqual(1, Count(peer, dns, DnsCounter.CacheHits));
                Assert.AreEqual(0, Count(peer, dns, DnsCounter.CaseLost), "dnsmasq keeps the case");
                Assert.AreEqual(0, Count(peer, dns, DnsCounter.InErrors));

                // What is not answered within two seconds is asked again (RFC 1035 4.2.1), and the late answer is a stray.
                repeated = (int)Count(peer, dns, DnsCounter.Timeouts);
                Assert.AreEqual(8 + repeated, Count(peer, dns, DnsCounter.OutQueries));
                Assert.IsInRange(0, repeated, Count(peer, dns, DnsCounter.InStrays));
            }

            Clean(file)
                .Exactly(8 + repeated, $"dns.flags.response == 0 && ip.src == {TapStack.Address}")
                .Between(8, 8 + repeated, "dns.flags.response == 1 && udp.checksum.status == 1")
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
    public void When_one_of_two_name_servers_is_dead_the_other_one_answers(bool refuses)
    {
        PeerTools.Require("dnsmasq");
        using NetworkNamespace space = new();
        using TapStack peer = new(space);
        using UdpDaemon server = NameServer(space);
        if (refuses)
        {
            // There is such a host, but nobody has the port.
            space.Exec("ip", "address", "add", DeadServer + "/24", "dev", TapSample.Tap).Succeeded();
        }

        DnsClient dns = peer.Ask(() => new DnsClient(peer.Stack, new DnsClientOptions()));
        peer.Do(() => dns.SetServer(0, TapStack.Parse(DeadServer)));
        peer.Do(() => dns.SetServer(1, TapStack.Parse(TapStack.KernelAddress)));
        Assert.AreEqual("Found 192.0.2.5 ", Ask(peer, dns, "host.test"));
        long asked = Count(peer, dns, DnsCounter.OutQueries);
        long late = Count(peer, dns, DnsCounter.Timeouts);

        // The next question goes to the one that lives, and is asked again only if that one is slow.
        Assert.AreEqual("NoSuchName 0.0.0.0 ", Ask(peer, dns, "nobody.test"));
        late = Count(peer, dns, DnsCounter.Timeouts) - late;
        Assert.AreEqual(asked + 1 + late, Count(peer, dns, DnsCounter.OutQueries));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Chronyd_tells_the_time(bool byName)
    {
        PeerTools.Require("dnsmasq", "chronyd", "tshark");
        string folder = Directory.CreateTempSubdirectory("nanotcp-chrony-").FullName;
        string file = Path.Combine(folder, "ntp.pcapng");
        string configuration = Path.Combine(folder, "chrony.conf");
        File.WriteAllText(configuration, $"local stratum 2\nallow all\ncmdport 0\nbindcmdaddress /\npidfile {folder}/chronyd.pid\nuser root\n");
        try
        {
            using NetworkNamespace space = new();
            using (TapStack peer = new(space, captureFile: file))
            {
                using UdpDaemon time = new(space, 123, "chronyd", "-d", "-x", "-f", configuration);
                using UdpDaemon names = NameServer(space);
                SntpClient client = peer.Ask(() =>
                {
                    DnsClient dns = new(peer.Stack, new DnsClientOptions());
                    dns.SetServer(0, TapStack.Parse(TapStack.KernelAddress));
                    SntpClient made = new(peer.Stack, new SntpClientOptions { StartDelay = 0, Dns = dns, ServerName = byName ? "time.test" : null! });
                    if (!byName)
                    {
                        made.SetServer(0, TapStack.Parse(TapStack.KernelAddress));
                    }

                    return made;
                });

                // Should a reply get lost, the next request comes a minute later.
                peer.Until(() => client.IsSynchronised, "chronyd's time does not come.", seconds: 160);
                peer.Do(() =>
                {
                    long before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
                    Assert.IsTrue(client.TryGetTime(peer.Milliseconds, out long now));
                    long after = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
                    long error = 1000 + client.RoundTrip;
                    Assert.IsInRange(before - error, after + error, now, "the machine's own clock, in ms");
                });
                Assert.AreEqual(2, client.Stratum);
                Assert.AreEqual(0, client.Counters.GetValue(SntpCounter.InErrors));
                Assert.AreEqual(0, client.Counters.GetValue(SntpCounter.InStrays));
            }

            Clean(file)
                .AtLeast(1, "ntp.flags.mode == 3 && ntp.flags.vn == 4 && udp.checksum.status == 1")
                .AtLeast(1, "ntp.flags.mode == 4")
                .Check();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static UdpDaemon NameServer(NetworkNamespace space) => new(
        space, 53, "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--user=root", "--group=root", "--pid-file=",
        "--no-resolv", "--no-hosts", "--bind-interfaces", $"--listen-address={TapStack.KernelAddress}", "--local=/test/",
        "--local=/2.0.192.in-addr.arpa/", "--host-record=host.test,192.0.2.5", "--host-record=six.test,2001:db8::6",
        $"--host-record=time.test,{TapStack.KernelAddress}", "--local-ttl=60",
        "--cname=alias.test,host.test", "--cname=alias-of-alias.test,alias.test");

    private static string Ask(TapStack peer, DnsClient dns, string name) => Result(peer, dns, peer.Ask(() => dns.Query(name)));

    private static string AskName(TapStack peer, DnsClient dns, string address) =>
        Result(peer, dns, peer.Ask(() => dns.QueryName(TapStack.Parse(address))));

    private static string Result(TapStack peer, DnsClient dns, int query)
    {
        Assert.IsGreaterThanOrEqualTo(0, query);
        peer.Until(() => dns.GetStatus(query) != DnsStatus.Pending, "The name server does not answer.");
        return peer.Ask(() =>
        {
            byte[] name = new byte[DnsClient.MaxNameText];
            int length = dns.GetName(query, name, 0);
            string result = $"{dns.GetStatus(query)} {NanoTcp.Wire.Ipv4Address.ToText(dns.GetAddress(query))} {Encoding.ASCII.GetString(name, 0, length)}";
            dns.Close(query);
            return result;
        });
    }

    private static long Count(TapStack peer, DnsClient dns, int counter) => peer.Ask(() => dns.Counters.GetValue(counter));

    private static CapturedFrames Clean(string file) => new CapturedFrames(file)
        .None("_ws.malformed || ip.checksum.status == 0 || udp.checksum.status == 0", "malformed packets")
        .None("_ws.expert.severity >= 8388608", "packets with an error");
}
