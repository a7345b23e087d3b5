using System;
using System.Collections.Generic;
using NanoTcp.Link;
using NanoTcp.Primitives;
using NanoTcp.Services;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Services;

/// <summary>
/// A host that looks for its address, and a scripted network. The randomness is such that nothing is delayed, probes are a
/// second apart, and the back-off is exact.
/// </summary>
public abstract class HostTest : StackTest
{
    private protected const uint Server = DhcpReply.ServerAddress;
    private protected const uint Other = StackBench.Subnet + 9;
    private protected const long ServerMac = StackBench.PeerMac;
    private protected const long OtherMac = 0x020000000009;
    private protected const long OwnMac = StackBench.OwnMac;

    /// <summary>What the server of the tests gives.</summary>
    private protected const uint Leased = StackBench.OwnAddress;

    /// <summary>From the last question until an address is in use: two probes a second apart, and the wait after the third.</summary>
    private protected const int ProbingTime = 4000;

    /// <summary>The same, and the second announcement.</summary>
    private protected const int BindingTime = 6000;

    private HostConfiguration? _host;

    private protected HostConfiguration Host => _host!;

    /// <summary>What the host has told its program.</summary>
    private protected List<string> Told { get; } = new(1000);

    /// <summary>A host on a link that has just come up.</summary>
    private protected void Boot(Action<HostConfigurationOptions>? configure = null, Action<NetworkStackOptions>? stack = null, IRandomSource? random = null)
    {
        StackBench bench = Make(options =>
        {
            options.Address = 0;
            options.Random = random ?? new SteadyRandom();
            stack?.Invoke(options);
        });
        HostConfigurationOptions options = new();
        configure?.Invoke(options);
        _host = new HostConfiguration(bench.Stack, options);
        B.Poll();
    }

    /// <summary>The same with whatever else a host has.</summary>
    private protected void BootWith(Func<NetworkStack, HostConfiguration> make, Action<NetworkStackOptions>? stack = null, IRandomSource? random = null)
    {
        StackBench bench = Make(options =>
        {
            options.Address = 0;
            options.Random = random ?? new SteadyRandom();
            stack?.Invoke(options);
        });
        _host = make(bench.Stack);
        B.Poll();
    }

    /// <summary>Boots, and has an address of the server, 6 s after the beginning. Nothing is left to be looked at.</summary>
    private protected void BootAndBind(
        uint lease = 3600, Action<DhcpReply>? more = null, Action<HostConfigurationOptions>? configure = null, Action<NetworkStackOptions>? stack = null)
    {
        Boot(configure, stack);
        Bind(lease, more);
    }

    /// <summary>From DHCPDISCOVER, which must have just been sent, to an address in use.</summary>
    private protected void Bind(uint lease = 3600, Action<DhcpReply>? more = null)
    {
        DhcpQuestion discover = Asked(DhcpQuestion.Discover);
        Answer(DhcpReply.Offer, discover, lease, more);
        Answer(DhcpReply.Ack, Asked(DhcpQuestion.Request), lease, more);
        Probed(Leased);
        At(B.Now - B.Start + BindingTime);
        Forget();
        Is(HostState.Bound, Leased);
    }

    /// <summary>The next frame is a DHCP message of this type.</summary>
    private protected DhcpQuestion Asked(int type)
    {
        DhcpQuestion question = new(Next());
        Assert.AreEqual(type, question.Type, "type of the message");
        return question;
    }

    /// <summary>The next frame is an ARP probe for this address.</summary>
    private protected void Probed(uint address)
    {
        byte[] frame = Next();
        Assert.AreEqual(Broadcast, Frames.Get48(frame, 0));
        CollectionAssert.AreEqual(Frames.Arp(Frames.ArpRequest, OwnMac, 0, 0, address), frame[14..42], "a probe");
    }

    /// <summary>The next frame announces this address.</summary>
    private protected void Announced(uint address)
    {
        byte[] frame = Next();
        Assert.AreEqual(Broadcast, Frames.Get48(frame, 0));
        CollectionAssert.AreEqual(Frames.Arp(Frames.ArpRequest, OwnMac, address, 0, address), frame[14..42], "an announcement");
    }

    /// <summary>What has been sent is of no interest.</summary>
    private protected void Forget() => B.Sent.Clear();

    private protected void Is(HostState state, uint address)
    {
        Assert.AreEqual(state, Host.State);
        Assert.AreEqual(Ipv4(address), Ipv4(B.Stack.Address));
    }

    private protected static string Ipv4(uint address) => NanoTcp.Wire.Ipv4Address.ToText(address);

    /// <summary>A message as this server would answer with.</summary>
    private protected static DhcpReply Reply(int type, DhcpQuestion question, uint lease = 3600)
    {
        DhcpReply reply = new(type, question.Transaction);
        reply.PutNumber(54, Server);
        if (type != DhcpReply.Nak)
        {
            reply.YourAddress = Leased;
            reply.PutNumber(51, lease).PutNumber(1, 0xFFFFFF00).PutNumber(3, Server);
        }

        return reply;
    }

    private protected void Answer(int type, DhcpQuestion question, uint lease = 3600, Action<DhcpReply>? more = null)
    {
        DhcpReply reply = Reply(type, question, lease);
        more?.Invoke(reply);
        Deliver(reply);
    }

    /// <summary>As the server sends it: to the address that is given, before this host has it.</summary>
    private protected void Deliver(DhcpReply reply)
    {
        bool refusal = reply.YourAddress == 0;
        B.Deliver(reply.Frame(refusal ? Broadcast : OwnMac, refusal ? 0xFFFFFFFF : reply.YourAddress));
    }

    private protected void Arp(int operation, long senderMac, uint sender, long targetMac, uint target)
    {
        B.Deliver(Frames.Ethernet(
            operation == Frames.ArpRequest ? Broadcast : OwnMac,
            senderMac,
            Frames.TypeArp,
            Frames.Arp(operation, senderMac, sender, targetMac, target)));
    }

    /// <summary>Another station says that it has an address.</summary>
    private protected void Claim(uint address, long station = OtherMac) => Arp(Frames.ArpRequest, station, address, 0, address);

    /// <summary>The next frame asks for a neighbour, which answers.</summary>
    private protected void AnswerArp(uint address, long station)
    {
        byte[] frame = Next();
        Assert.AreEqual(Frames.TypeArp, Frames.Get16(frame, 12));
        Assert.AreEqual(address, Frames.Get32(frame, 14 + 24));
        Arp(Frames.ArpReply, station, address, OwnMac, B.Stack.Address);
    }

    private protected void SetLink(bool up)
    {
        B.Link.Status = up ? LinkStatus.Up : LinkStatus.Down;
        B.Poll();
    }

    private protected void HostCounted(int counter, long expected) =>
        Assert.AreEqual(expected, Host.Counters.GetValue(counter), Host.Counters.GetName(counter));

    /// <summary>Delays of 0, pauses of a second, and no jitter.</summary>
    internal sealed class SteadyRandom : IRandomSource
    {
        /// <summary>0 modulo 1001, and 1000 modulo 2001.</summary>
        internal const uint Value = 2002000 + (2003001 * 700u);

        public uint NextUInt32() => Value;
    }
}
