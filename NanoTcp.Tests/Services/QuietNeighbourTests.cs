using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using NanoTcp.Emulation;
using NanoTcp.Services;
using NanoTcp.Tests.Architecture;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Services;

/// <summary>
/// A quiet neighbour: what a host sends while it starts, and in the day after when nobody wants anything of it. The table in
/// docs/host.md, so that one frame more is seen in review.
/// </summary>
[TestClass]
public sealed class QuietNeighbourTests
{
    private const int Minute = 60_000;
    private const int Start = 10 * Minute;
    private const int Day = 24 * 60 * Minute;
    private const int Step = 500;
    private const uint NewYear = 3976214400;

    [TestMethod]
    public void The_page_holds_what_is_sent()
    {
        StringBuilder table = new("| Host | In its first ten minutes | In the 24 hours after |\n|---|---|---|\n");
        foreach ((string name, Network network) in Hosts())
        {
            string start = network.Run(Start);
            string day = network.Run(Day);
            table.Append(CultureInfo.InvariantCulture, $"| {name} | {start} | {day} |\n");
        }

        HeldPage.AssertHolds("host.md", "counted", table.ToString());
    }

    [TestMethod]
    public void Without_a_link_nothing_is_sent()
    {
        Network network = new(new HostServicesOptions(), lease: 86400);
        network.Bench.Link.Status = NanoTcp.Link.LinkStatus.Down;
        Assert.AreEqual("nothing", network.Run(Day));
    }

    private static IEnumerable<(string Name, Network Network)> Hosts()
    {
        yield return ("the stack alone, with an address of its program", new Network(null, 0));
        yield return ("`HostConfiguration`, with an address of its program", new Network(Only(HostMode.Static), 0));
        yield return ("`HostConfiguration`, a lease of a day", new Network(Only(HostMode.DhcpOrLinkLocal), 86400));
        yield return ("`HostConfiguration`, no server: a link-local address", new Network(Only(HostMode.DhcpOrLinkLocal), 0));
        yield return ("`HostServices`: the same with DNS, mDNS, and a time server, a lease of a day", new Network(
            new HostServicesOptions { Services = [new MdnsService("NanoTcp status", "_http._tcp", 80, null!)] }, 86400));
    }

    private static HostServicesOptions Only(HostMode mode)
    {
        HostServicesOptions options = new() { Dns = null, Mdns = false, Time = null };
        options.Host.Mode = mode;
        options.Host.Address = mode == HostMode.Static ? StackBench.OwnAddress : 0;
        return options;
    }

    /// <summary>A host and a network that answers what it is asked: ARP, DHCP where there is a lease to give, and the time.</summary>
    private sealed class Network
    {
        private readonly uint _lease;
        private readonly SortedDictionary<string, int> _seen = new(StringComparer.Ordinal);

        internal Network(HostServicesOptions? services, uint lease)
        {
            _lease = lease;
            Bench = new StackBench(1_000_000, answersArp: false, options =>
            {
                options.Address = services == null ? StackBench.OwnAddress : 0;
                options.Random = new SeededRandom(6762);
                options.MulticastGroups = services is { Mdns: true } ? 1 : 0;
            });
            if (services != null)
            {
                _ = new HostServices(Bench.Stack, services);
            }
        }

        internal StackBench Bench { get; }

        /// <summary>Lets time pass and says what was sent meanwhile.</summary>
        internal string Run(int time)
        {
            _seen.Clear();
            for (long end = Bench.Now + time; Bench.Now < end;)
            {
                Bench.AdvanceTo(Bench.Now + Step);
                while (Bench.Sent.TryDequeue(out SentFrame frame))
                {
                    string kind = Take(frame.Octets);
                    _seen[kind] = _seen.GetValueOrDefault(kind) + 1;
                }
            }

            return _seen.Count == 0 ? "nothing" : string.Join(", ", _seen.Select(s => $"{s.Value} {s.Key}{(s.Value == 1 ? "" : "s")}"));
        }

        /// <summary>Says what a frame is, and answers it.</summary>
        private string Take(byte[] frame)
        {
            if (Frames.Get16(frame, 12) == Frames.TypeArp)
            {
                return TakeArp(frame);
            }

            if (frame[14 + 9] == 2)
            {
                return "IGMP report";
            }

            int headers = 14 + ((frame[14] & 0xF) * 4);
            switch (Frames.Get16(frame, headers + 2))
            {
                case 67:
                    AnswerDhcp(frame);
                    return "DHCP message";
                case 123:
                    AnswerTime(frame, headers + 8);
                    return "SNTP request";
                case 5353:
                    return (frame[headers + 8 + 2] & 0x80) == 0 ? "mDNS probe" : "mDNS announcement";
                default:
                    return "other";
            }
        }

        private string TakeArp(byte[] frame)
        {
            uint sender = Frames.Get32(frame, 14 + 14);
            uint target = Frames.Get32(frame, 14 + 24);
            if (sender == 0)
            {
                return "ARP probe";
            }

            if (sender == target)
            {
                return "ARP announcement";
            }

            Bench.Deliver(Frames.Ethernet(
                StackBench.OwnMac, StackBench.MacOf(target), Frames.TypeArp,
                Frames.Arp(Frames.ArpReply, StackBench.MacOf(target), target, StackBench.OwnMac, Bench.Stack.Address)));
            return "ARP request";
        }

        private void AnswerDhcp(byte[] frame)
        {
            if (_lease == 0)
            {
                return;
            }

            DhcpQuestion question = new(frame);
            DhcpReply reply = new(question.Type == DhcpQuestion.Discover ? DhcpReply.Offer : DhcpReply.Ack, question.Transaction)
            {
                YourAddress = StackBench.OwnAddress,
            };
            reply.PutNumber(54, StackBench.PeerAddress).PutNumber(51, _lease).PutNumber(1, 0xFFFFFF00)
                .PutNumber(3, StackBench.PeerAddress).PutNumber(6, StackBench.PeerAddress).PutNumber(42, StackBench.PeerAddress);
            Bench.Deliver(reply.Frame(StackBench.OwnMac, StackBench.OwnAddress));
        }

        private void AnswerTime(byte[] frame, int request)
        {
            byte[] datagram = new byte[8 + 48];
            Frames.Put16(datagram, 0, 123);
            Frames.Put16(datagram, 2, Frames.Get16(frame, request - 8));
            Frames.Put16(datagram, 4, datagram.Length);
            datagram[8] = 0x24;
            datagram[9] = 2;
            frame.AsSpan(request + 40, 8).CopyTo(datagram.AsSpan(8 + 24));
            uint seconds = NewYear + (uint)(Bench.Now / 1000);
            Frames.Put32(datagram, 8 + 16, seconds);
            Frames.Put32(datagram, 8 + 32, seconds);
            Frames.Put32(datagram, 8 + 40, seconds);
            Bench.Deliver(Frames.Ethernet(
                StackBench.OwnMac, StackBench.PeerMac, Frames.TypeIpv4, Frames.Ipv4(StackBench.PeerAddress, StackBench.OwnAddress, 17, datagram)));
        }
    }
}
