using System;
using System.IO;
using System.Text.Json;

namespace NanoTcp.Tests.Peers;

/// <summary>
/// The status sample on a network that has all there is: dnsmasq gives it an address, chronyd the time, avahi finds it by name.
/// </summary>
[TestClass]
[TestCategory("Peers")]
public sealed class SampleFromTheNetworkTests
{
    [TestMethod]
    public void The_status_sample_gets_address_name_and_time_and_is_found()
    {
        PeerTools.Require("dnsmasq", "chronyd", "avahi-daemon", "avahi-browse", "avahi-resolve", "dbus-daemon", "dbus-send", "curl", "tshark");
        string folder = Directory.CreateTempSubdirectory("nanotcp-sample-").FullName;
        string capture = Path.Combine(folder, "all.pcapng");
        string chrony = Path.Combine(folder, "chrony.conf");
        File.WriteAllText(chrony, $"local stratum 2\nallow all\ncmdport 0\nbindcmdaddress /\npidfile {folder}/chronyd.pid\nuser root\n");
        try
        {
            using NetworkNamespace space = new();
            space.Shell($"ip tuntap add {TapSample.Tap} mode tap; ip addr add {TapSample.KernelAddress}/24 dev {TapSample.Tap}; ip link set {TapSample.Tap} up").Succeeded();
            using UdpDaemon time = new(space, 123, "chronyd", "-d", "-x", "-f", chrony);
            using Dnsmasq server = new(
                space, TapSample.Tap, "10.77.0.50,10.77.0.59,1h", "--dhcp-option=option:ntp-server," + TapSample.KernelAddress);
            using AvahiDaemon avahi = new(space, "penguin");
            using SampleProcess sample = SampleProcess.Start(
                space, "HttpStatusServer", TapSample.ReadyText, "--tap", TapSample.Tap, "--dhcp", "--pcap", capture);

            string address = AddressIn(sample.Output);
            StringAssert.Contains(sample.Output, $"Open http://{address}/");
            StringAssert.Contains(sample.Output, "http://nanotcp.local/");

            JsonElement services = default;
            long before = 0;

            // Ten seconds at most until the time is asked for, and another minute should that answer be late.
            AvahiDaemon.Until(
                () =>
                {
                    before = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
                    return IsComplete(services = Status(space, address));
                },
                "The services do not come to rest.",
                milliseconds: 160_000);
            long after = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
            Assert.AreEqual("BOUND", services.GetProperty("host_state").GetString());
            Assert.AreEqual(TapSample.KernelAddress, services.GetProperty("host_server").GetString());
            Assert.AreEqual("nanotcp.local", services.GetProperty("mdns_name").GetString());
            Assert.AreEqual(TapSample.KernelAddress, services.GetProperty("sntp_server").GetString());
            Assert.IsInRange(before - 5, after + 5, services.GetProperty("sntp_unix_seconds").GetInt64(), "the time of the sample");

            // As a browser does it: the name first, then the page under it.
            avahi.Finds("avahi-resolve -4 -n nanotcp.local", $"nanotcp.local\t{address}");
            avahi.Finds("avahi-browse -rptk _http._tcp", $"_http._tcp;local;nanotcp.local;{address};80;\"path=/\"");
            StringAssert.Contains(
                space.Shell($"curl --silent --show-error --noproxy '*' --max-time 20 --resolve nanotcp.local:80:{address} http://nanotcp.local/").Succeeded().Output,
                "mdns_name");

            sample.Stop();
            server.Until("DHCPRELEASE");
            new CapturedFrames(capture)
                .None("_ws.malformed || _ws.expert.severity >= 8388608", "malformed packets")
                .None($"ip.checksum.status == 0 || udp.checksum.status == 0 || {CaptureTests.BadTcpChecksum}", "bad checksums")
                .Exactly(1, $"ip.src == {address} && mdns && dns.resp.ttl == 0", "goodbyes")

                // RFC 2236 3: one at once, and another one at a time between then and ten seconds later, which may be after the end.
                .Between(1, 2, $"ip.src == {address} && igmp.type == 0x16 && igmp.maddr == 224.0.0.251", "reports")
                .Check();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The address in the line that tells of it.</summary>
    private static string AddressIn(string output)
    {
        const string Line = "Address ";
        int start = output.IndexOf(Line, StringComparison.Ordinal) + Line.Length;
        string address = output[start..output.IndexOf('/', start)];
        StringAssert.StartsWith(address, "10.77.0.5");
        return address;
    }

    private static JsonElement Status(NetworkNamespace space, string address)
    {
        string json = space.Shell($"curl --silent --show-error --noproxy '*' --max-time 20 http://{address}/api/status").Succeeded().Output;
        return JsonDocument.Parse(json).RootElement.GetProperty("services");
    }

    private static bool IsComplete(JsonElement services) =>
        services.GetProperty("mdns_state").GetString() == "READY" && services.GetProperty("sntp_unix_seconds").ValueKind == JsonValueKind.Number;
}
