using System.Collections.Generic;
using NanoTcp.Services;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;
using NanoTcp.Udp;

namespace NanoTcp.Tests.Services;

/// <summary>What becomes of connections, groups, names and datagrams when the address of the host goes, comes, changes or is in doubt.</summary>
[TestClass]
public sealed class AddressChangeTests : HostTest
{
    private const int Syn = 2;
    private const int Ack = 16;
    private const int Fin = 1;
    private const int Rst = 4;
    private const uint Mdns = 0xE00000FB;
    private const uint Ssdp = 0xEFFFFFFA;

    private static readonly byte[] One = new byte[1];

    [TestMethod]
    public void Connections_of_clients_and_servers_end_with_a_reason_when_the_address_goes()
    {
        BootAndBind(3600, reply => reply.PutNumber(58, 1000).PutNumber(59, 2000));
        TcpListener listener = B.Stack.Listen(80, 2);
        TcpConnection client = Connect();
        TcpConnection server = Serve(listener, 4000);

        // A handshake that has not been finished.
        FromOther(4001, 80, 7000, 0, Syn);
        Assert.AreEqual(Syn | Ack, Flags(NextTcp()));
        Assert.AreEqual(1, B.Stack.HalfOpenCount);

        B.Do(() => B.Stack.SetAddress(0, 0, 0));
        Assert.AreEqual(TcpEndReason.AddressChanged, client.EndReason);
        Assert.AreEqual(TcpEndReason.AddressChanged, server.EndReason);
        Assert.AreEqual(0, B.Stack.HalfOpenCount);
        Nothing();
        client.Close();
        server.Close();
        Assert.AreEqual(B.Stack.ConnectionCapacity, B.Stack.FreeConnections);
        listener.Close();
    }

    [TestMethod]
    public void Data_that_had_arrived_can_still_be_read_after_the_address_has_gone()
    {
        BootAndBind();
        TcpListener listener = B.Stack.Listen(80, 2);
        TcpConnection server = Serve(listener, 4000);
        B.Deliver(Segment(4000, 80, 5001, server.Block.SndNxt, Ack, "abc"u8.ToArray()));
        B.Do(() => B.Stack.SetAddress(0, 0, 0));
        byte[] buffer = new byte[3];
        Assert.AreEqual(3, server.Read(buffer, 0, 3));
        Assert.AreEqual(TcpEndReason.AddressChanged, server.EndReason);
        server.Close();
        listener.Close();
        Forget();
    }

    [TestMethod]
    public void TIME_WAIT_of_the_old_address_is_forgotten()
    {
        BootAndBind();
        TcpConnection client = Connect();
        client.Close();
        B.Poll();
        byte[] fin = NextTcp();
        Assert.AreEqual(Fin | Ack, Flags(fin));
        uint next = Frames.Get32(fin, 34 + 4) + 1;
        B.Deliver(Segment(80, Frames.Get16(fin, 34), 9001, next, Fin | Ack, []));
        Assert.AreEqual(Ack, Flags(NextTcp()));
        Assert.AreEqual(1, B.Stack.TimeWaitCount);
        B.Do(() => B.Stack.SetAddress(Other + 1, 24, 0));
        Assert.AreEqual(0, B.Stack.TimeWaitCount);
        Forget();
    }

    [TestMethod]
    public void A_connection_asked_for_before_there_is_an_address_goes_out_when_there_is_one()
    {
        Boot();
        TcpConnection client = B.Stack.Connect(Server, 80);
        B.Poll();
        Bind();
        Assert.AreEqual(TcpState.SynSent, client.State);

        // The neighbour has been asked for since the address is there.
        Arp(Frames.ArpReply, ServerMac, Server, OwnMac, Leased);
        byte[] syn = NextTcp();
        Assert.AreEqual(Syn, Flags(syn));
        Assert.AreEqual(Leased, Frames.Get32(syn, 26));
        client.Abort();
        Forget();
    }

    [TestMethod]
    public void A_connection_asked_for_before_there_is_an_address_does_not_wait_for_ever()
    {
        Boot(options => options.Mode = HostMode.Dhcp);
        TcpConnection client = B.Stack.Connect(Server, 80);
        B.Poll();
        At(400_000);
        Forget();
        Assert.AreNotEqual(TcpEndReason.None, client.EndReason);
        client.Close();
    }

    [TestMethod]
    public void When_a_lease_is_renewed_nobody_notices()
    {
        BootAndBind(3600, reply => reply.PutNumber(58, 1000));
        TcpConnection client = Connect();
        At(1000_000);
        DhcpQuestion request = NextQuestion();
        Answer(DhcpReply.Ack, request);
        Is(HostState.Bound, Leased);
        Assert.AreEqual(TcpState.Established, client.State);
        client.Abort();
        Forget();
    }

    [TestMethod]
    public void When_a_lease_expires_connections_end_with_a_reason()
    {
        BootAndBind(60);
        TcpConnection client = Connect();
        At(60_000);
        Assert.AreEqual(TcpEndReason.AddressChanged, client.EndReason);
        client.Close();
        Forget();
    }

    [TestMethod]
    public void When_a_server_is_found_connections_of_the_link_local_address_end_with_a_reason()
    {
        Boot();
        At(18_000);
        Forget();
        Assert.AreEqual(HostState.LinkLocal, Host.State);
        TcpListener listener = B.Stack.Listen(80, 2);
        uint own = B.Stack.Address;
        const uint Peer = 0xA9FE1234;
        Arp(Frames.ArpRequest, OtherMac, Peer, 0, own);
        Forget();
        B.Deliver(Tcp(Peer, own, OtherMac, 4000, 80, 5000, 0, Syn));
        byte[] answer = NextTcp();
        Assert.AreEqual(Syn | Ack, Flags(answer));
        B.Deliver(Tcp(Peer, own, OtherMac, 4000, 80, 5001, Frames.Get32(answer, 34 + 4) + 1, Ack));
        TcpConnection server = listener.Accept();
        Assert.AreEqual(TcpState.Established, server.State);
        At(28_000);
        DhcpQuestion discover = NextQuestion();
        Answer(DhcpReply.Offer, discover);
        Answer(DhcpReply.Ack, NextQuestion());
        At(28_000 + ProbingTime - 1);
        Assert.AreEqual(TcpState.Established, server.State);
        At(28_000 + ProbingTime);
        Is(HostState.Bound, Leased);
        Assert.AreEqual(TcpEndReason.AddressChanged, server.EndReason);
        server.Close();
        Forget();

        // The listener listens under the new address.
        Serve(listener, 4002).Abort();
        listener.Close();
        Forget();
    }

    [TestMethod]
    public void A_connection_survives_the_loss_of_the_link_when_the_address_is_confirmed()
    {
        BootAndBind();
        TcpConnection client = Connect();
        SetLink(false);
        client.Write("abc"u8.ToArray(), 0, 3);
        At(20_000);
        SetLink(true);
        Answer(DhcpReply.Ack, NextQuestion());
        long probed = B.Now - B.Start;
        At(probed + ProbingTime - 1);
        OnlyProbes();
        At(probed + ProbingTime);
        Arp(Frames.ArpReply, ServerMac, Server, OwnMac, Leased);
        byte[] data = NextTcp();
        Assert.AreEqual("abc", System.Text.Encoding.ASCII.GetString(data, data.Length - 3, 3));
        Assert.AreEqual(TcpState.Established, client.State);
        client.Abort();
        Forget();
    }

    [TestMethod]
    public void A_connection_ends_when_the_server_refuses_the_address_after_the_link_came_back()
    {
        BootAndBind();
        TcpConnection client = Connect();
        SetLink(false);
        SetLink(true);
        Answer(DhcpReply.Nak, NextQuestion());
        Assert.AreEqual(TcpEndReason.AddressChanged, client.EndReason);
        client.Close();
        Forget();
    }

    [TestMethod]
    [Requirement("RFC 5227", "2.1")]
    public void Groups_names_and_broadcasts_wait_until_an_address_in_doubt_is_confirmed()
    {
        UdpSocket socket = BootWithMulticast(out MdnsResponder mdns);
        SetLink(false);
        At(30_000);
        SetLink(true);
        Shout(socket);
        Answer(DhcpReply.Ack, OnlyQuestion());
        long probed = B.Now - B.Start;
        Assert.AreEqual(MdnsState.Idle, mdns.State);
        At(probed + ProbingTime - 1);
        OnlyProbes();
        Assert.AreEqual(MdnsState.Idle, mdns.State);

        At(probed + ProbingTime);
        Assert.AreEqual(MdnsState.Probing, mdns.State);
        At(probed + ProbingTime + 5000);
        Assert.AreEqual(MdnsState.Ready, mdns.State);
        HashSet<uint> destinations = [];
        while (B.Sent.TryDequeue(out SentFrame frame))
        {
            if (Frames.Get16(frame.Octets, 12) == Frames.TypeIpv4)
            {
                Assert.AreEqual(Leased, Frames.Get32(frame.Octets, 26));
                destinations.Add(Frames.Get32(frame.Octets, 30));
            }
        }

        CollectionAssert.AreEquivalent(new[] { Ssdp, Mdns, 0xFFFFFFFF, StackBench.Subnet + 255 }, new List<uint>(destinations));
    }

    [TestMethod]
    public void Datagrams_that_waited_for_an_address_in_doubt_are_dropped_when_it_is_refused()
    {
        UdpSocket socket = BootWithMulticast(out MdnsResponder mdns);
        SetLink(false);
        SetLink(true);
        Shout(socket);
        DhcpQuestion request = OnlyQuestion();
        Assert.AreEqual(UdpError.None, socket.TakeError());
        Answer(DhcpReply.Nak, request);
        OnlyQuestion();
        Assert.AreEqual(UdpError.NoRoute, socket.TakeError());
        Assert.AreEqual(MdnsState.Idle, mdns.State);
    }

    [TestMethod]
    public void A_question_by_multicast_is_not_answered_from_an_address_in_doubt()
    {
        BootWithMulticast(out MdnsResponder mdns);
        SetLink(false);
        SetLink(true);
        OnlyQuestion();
        long ignored = mdns.Counters.GetValue(MdnsCounter.InIgnored);
        byte[] query = DnsText.Parse("query; ?nanotcp.local A");
        byte[] datagram = new byte[8 + query.Length];
        Frames.Put16(datagram, 0, 5353);
        Frames.Put16(datagram, 2, 5353);
        Frames.Put16(datagram, 4, datagram.Length);
        query.CopyTo(datagram, 8);
        B.Deliver(Frames.Ethernet(0x01005E0000FB, ServerMac, Frames.TypeIpv4, Frames.Ipv4(Server, Mdns, 17, datagram)));
        Assert.AreEqual(ignored + 1, mdns.Counters.GetValue(MdnsCounter.InIgnored));
        At(23_000);
        Nothing();
    }

    /// <summary>A host with a lease that is in a group, is known by name, and may broadcast; at 20 s all is told.</summary>
    private UdpSocket BootWithMulticast(out MdnsResponder mdns)
    {
        BootAndBind(stack: options => options.MulticastGroups = 2);
        B.Stack.JoinGroup(Ssdp);
        mdns = new MdnsResponder(B.Stack, "nanotcp", null!);
        UdpSocket socket = B.Stack.CreateUdpSocket(256, 256);
        socket.AllowBroadcast = true;
        socket.Bind(5000);
        B.Poll();
        At(20_000);
        Forget();
        Assert.AreEqual(MdnsState.Ready, mdns.State);
        return socket;
    }

    private void Shout(UdpSocket socket)
    {
        Assert.IsTrue(socket.SendTo(0xFFFFFFFF, 9, One, 0, 1));
        Assert.IsTrue(socket.SendTo(StackBench.Subnet + 255, 9, One, 0, 1));
        Assert.IsTrue(socket.SendTo(Ssdp, 9, One, 0, 1));
        B.Poll();
    }

    /// <summary>All that has been sent is one question without an address.</summary>
    private DhcpQuestion OnlyQuestion()
    {
        DhcpQuestion question = new(Next());
        Assert.AreEqual(0u, question.Source);
        Nothing();
        return question;
    }

    /// <summary>All that has been sent is ARP without an address.</summary>
    private void OnlyProbes()
    {
        while (B.Sent.TryDequeue(out SentFrame frame))
        {
            Assert.AreEqual(Frames.TypeArp, Frames.Get16(frame.Octets, 12), "nothing is sent from an address in doubt");
            Assert.AreEqual(0u, Frames.Get32(frame.Octets, 14 + 14));
        }
    }

    /// <summary>A connection of this host to port 80 of the server.</summary>
    private TcpConnection Connect()
    {
        Arp(Frames.ArpRequest, ServerMac, Server, 0, Leased);
        Forget();
        TcpConnection client = B.Stack.Connect(Server, 80);
        B.Poll();
        byte[] syn = NextTcp();
        int port = Frames.Get16(syn, 34);
        B.Deliver(Segment(80, port, 9000, Frames.Get32(syn, 34 + 4) + 1, Syn | Ack, []));
        Assert.AreEqual(TcpState.Established, client.State);
        NextTcp();
        return client;
    }

    /// <summary>A connection of the server to port 80 of this host.</summary>
    private TcpConnection Serve(TcpListener listener, int port)
    {
        Arp(Frames.ArpRequest, ServerMac, Server, 0, Leased);
        Forget();
        FromOther(port, 80, 5000, 0, Syn);
        byte[] answer = NextTcp();
        FromOther(port, 80, 5001, Frames.Get32(answer, 34 + 4) + 1, Ack);
        TcpConnection server = listener.Accept();
        Assert.AreEqual(TcpState.Established, server.State);
        return server;
    }

    private void FromOther(int from, int to, uint sequence, uint acknowledgment, int flags) =>
        B.Deliver(Segment(from, to, sequence, acknowledgment, flags, []));

    private static byte[] Segment(int from, int to, uint sequence, uint acknowledgment, int flags, byte[] text) =>
        Frames.Ethernet(OwnMac, ServerMac, Frames.TypeIpv4, Frames.Ipv4(
            Server, Leased, Frames.Tcp, Frames.TcpSegment(Server, Leased, from, to, sequence, acknowledgment, flags, 4000, [], text)));

    private static byte[] Tcp(uint peer, uint own, long station, int from, int to, uint sequence, uint acknowledgment, int flags) =>
        Frames.Ethernet(OwnMac, station, Frames.TypeIpv4, Frames.Ipv4(
            peer, own, Frames.Tcp, Frames.TcpSegment(peer, own, from, to, sequence, acknowledgment, flags, 4000, [], [])));

    private static int Flags(byte[] frame) => frame[34 + 13] & (Syn | Ack | Fin | Rst);

    /// <summary>The next segment; ARP and DHCP do not count.</summary>
    private byte[] NextTcp() => NextOf(Frames.Tcp);

    private DhcpQuestion NextQuestion()
    {
        while (B.Sent.TryPeek(out SentFrame frame) && Frames.Get16(frame.Octets, 12) == Frames.TypeArp)
        {
            if (Frames.Get32(frame.Octets, 14 + 24) == Server)
            {
                B.Sent.Dequeue();
                Arp(Frames.ArpReply, ServerMac, Server, OwnMac, Leased);
            }
            else
            {
                B.Sent.Dequeue();
            }
        }

        return new DhcpQuestion(NextOf(17));
    }

    private byte[] NextOf(int protocol)
    {
        while (B.Sent.TryDequeue(out SentFrame frame))
        {
            if (Frames.Get16(frame.Octets, 12) == Frames.TypeIpv4 && frame.Octets[14 + 9] == protocol)
            {
                return frame.Octets;
            }
        }

        throw new AssertFailedException("nothing of the kind was sent");
    }
}
