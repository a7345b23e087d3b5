using System;
using System.Text;
using NanoTcp.Emulation;
using NanoTcp.Services;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Services;

/// <summary>Tests that play the name servers of a stack.</summary>
public abstract class DnsTest : StackTest
{
    private protected const uint First = StackBench.PeerAddress;
    private protected const uint Second = StackBench.Subnet + 3;
    private protected const uint Third = StackBench.Subnet + 4;
    private protected const uint Host = 0x5DB8D822;

    /// <summary>Randomness of the stack, as far as a test does not bring its own.</summary>
    private protected const ulong Seed = 5452;

    private DnsClient? _dns;

    private protected DnsClient Dns => _dns ?? throw new InvalidOperationException("There is no client yet.");

    /// <summary>A stack with a client that knows so many servers.</summary>
    private protected void StartDns(int servers = 1, DnsClientOptions? options = null, ulong seed = Seed, Action<NetworkStackOptions>? configure = null)
    {
        Start(configure: o =>
        {
            o.Random = new SeededRandom(seed);
            configure?.Invoke(o);
        });
        _dns = new DnsClient(B.Stack, options ?? new DnsClientOptions());
        uint[] all = [First, Second, Third];
        for (int i = 0; i < servers; i++)
        {
            Assert.IsTrue(Dns.SetServer(i, all[i]));
        }
    }

    private protected int Query(string name)
    {
        int query = 0;
        B.Do(() => query = Dns.Query(name));
        return query;
    }

    private protected int QueryName(uint address)
    {
        int query = 0;
        B.Do(() => query = Dns.QueryName(address));
        return query;
    }

    private protected void Close(int query) => B.Do(() => Dns.Close(query));

    /// <summary>The query that the stack has just sent.</summary>
    private protected SeenQuery Asked(uint server = First)
    {
        SeenQuery query = SeenQuery.Read(Next());
        Assert.AreEqual(server, query.Server, "the server that is asked");
        return query;
    }

    private protected void Answer(SeenQuery query, AnswerBuilder answer) =>
        B.Deliver(Datagrams.ToStack(query.Server, 53, query.Port, answer.Build()));

    /// <summary>The server says that nobody listens on a port; the head of the datagram that it got comes back.</summary>
    private protected void SayUnreachable(SeenQuery query, uint server, int sourcePort, int serverPort = 53, int longer = 0, int type = 3)
    {
        byte[] head = new byte[8];
        Frames.Put16(head, 0, sourcePort);
        Frames.Put16(head, 2, serverPort);
        Frames.Put16(head, 4, head.Length + query.Message.Length + longer);
        byte[] returned = Frames.Ipv4(StackBench.OwnAddress, server, Datagrams.Protocol, head);
        Frames.Put16(returned, 2, Frames.Ipv4Length + head.Length + query.Message.Length + longer);
        Frames.FixIpv4(returned, 0);
        B.Deliver(Frames.Ethernet(
            StackBench.OwnMac,
            StackBench.MacOf(server),
            Frames.TypeIpv4,
            Frames.Ipv4(server, StackBench.OwnAddress, Frames.Icmp, Frames.IcmpMessage(type, 3, 0, returned))));
    }

    private protected void Is(DnsStatus expected, int query) => Assert.AreEqual(expected, Dns.GetStatus(query));

    private protected void IsFound(uint address, int query)
    {
        Is(DnsStatus.Found, query);
        Assert.AreEqual(address, Dns.GetAddress(query));
    }

    private protected void Has(int counter, long expected) =>
        Assert.AreEqual(expected, Dns.Counters.GetValue(counter), Dns.Counters.GetName(counter));

    private protected string NameOf(int query)
    {
        byte[] text = new byte[DnsClient.MaxNameText];
        int length = 0;
        B.Do(() => length = Dns.GetName(query, text, 0));
        return Encoding.ASCII.GetString(text, 0, length);
    }

    /// <summary>Asks and answers with an address, and gives the query back.</summary>
    private protected void Learn(string name, uint address, int seconds)
    {
        int query = Query(name);
        SeenQuery asked = Asked();
        Answer(asked, new AnswerBuilder(asked).Address(address, seconds));
        IsFound(address, query);
        Close(query);
    }
}
