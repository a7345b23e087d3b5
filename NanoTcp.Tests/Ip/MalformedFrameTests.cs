using System;
using System.Collections.Generic;
using NanoTcp.Emulation;
using NanoTcp.Tcp;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Ip;

/// <summary>Lengths that lie at every layer, and frames that chance has spoiled: nothing throws, hangs, leaks or allocates.</summary>
[TestClass]
public sealed class MalformedFrameTests : StackTest
{
    private const uint Peer = StackBench.PeerAddress;
    private const uint Own = StackBench.OwnAddress;
    private const int Port = 7000;

    private static readonly byte[] Interesting = [0, 1, 2, 4, 5, 0x0F, 0x3F, 0x40, 0x45, 0x46, 0x4F, 0x50, 0x7F, 0x80, 0xF0, 0xFE, 0xFF];

    private TcpConnection? _open;
    private TcpConnection? _opening;
    private TcpListener? _listener;

    /// <summary>What the open connection's peer acknowledges in its next segment.</summary>
    private uint _acknowledgment;

    [TestMethod]
    public void Every_truncation_of_every_kind_of_frame_is_survived()
    {
        Begin();
        foreach (byte[] frame in Templates(1, _acknowledgment))
        {
            for (int length = 1; length <= frame.Length; length++)
            {
                // As it was cut, and with the upper lengths and checksums made to fit the cut.
                Deliver(frame[..length]);
                Deliver(Repaired(frame[..length], true));
            }
        }

        End();
    }

    [TestMethod]
    public void Every_octet_of_every_header_may_hold_anything()
    {
        Begin();
        foreach (byte[] frame in Templates(1, _acknowledgment))
        {
            for (int offset = 12; offset < Math.Min(frame.Length, 90); offset++)
            {
                foreach (byte value in Interesting)
                {
                    byte[] changed = (byte[])frame.Clone();
                    changed[offset] = value;
                    Deliver(Repaired(changed, false));
                }
            }
        }

        End();
    }

    [TestMethod]
    public void Spoiled_frames_between_the_users_own_calls_are_survived()
    {
        for (ulong seed = 1; seed <= 60; seed++)
        {
            try
            {
                Spoil(seed);
            }
            catch (Exception exception)
            {
                throw new AssertFailedException($"seed {seed}: {exception.Message}", exception);
            }
        }
    }

    private void Spoil(ulong seed)
    {
        SeededRandom random = new(seed);
        Begin();
        TcpListener listener = _listener!;
        List<TcpConnection> owned = [];
        byte[] buffer = new byte[700];
        List<byte[]> templates = Templates(1, _acknowledgment);
        for (int step = 0; step < 400; step++)
        {
            if (step % 50 == 0)
            {
                templates = Templates(random.Below(4000), random.Below(3) == 0 ? random.NextUInt32() : _acknowledgment + (uint)random.Below(1000));
            }

            byte[] frame = (byte[])templates[random.Below(templates.Count)].Clone();
            for (int i = random.Below(4); i > 0; i--)
            {
                frame[random.Below(Math.Min(frame.Length, 80))] = random.Below(2) == 0
                    ? (byte)random.NextUInt32()
                    : Interesting[random.Below(Interesting.Length)];
            }

            frame = random.Below(5) == 0 ? frame[..(1 + random.Below(frame.Length))] : frame;
            Deliver(random.Below(4) == 0 ? frame : Repaired(frame, random.Below(2) == 0));
            Use(random, listener, owned, buffer);
            if (random.Below(5) == 0)
            {
                B.AdvanceTo(B.Now + random.Below(3000));
            }
        }

        foreach (TcpConnection connection in owned)
        {
            connection.Abort();
        }

        End();
    }

    /// <summary>One call of a user, or none.</summary>
    private void Use(SeededRandom random, TcpListener listener, List<TcpConnection> owned, byte[] buffer)
    {
        if (listener.Accept() is TcpConnection accepted)
        {
            accepted.Evictable = random.Below(2) == 0;
            owned.Add(accepted);
        }

        if (random.Below(30) == 0 && B.Stack.Connect(Peer, 80) is TcpConnection opened)
        {
            owned.Add(opened);
        }

        if (owned.Count == 0)
        {
            return;
        }

        int index = random.Below(owned.Count);
        TcpConnection connection = owned[index];
        switch (random.Below(12))
        {
            case 0:
                connection.Close();
                owned.RemoveAt(index);
                break;
            case 1:
                connection.Abort();
                owned.RemoveAt(index);
                break;
            case 2:
                connection.CloseSend();
                break;
            case 3 or 4:
                connection.Read(buffer, 0, random.Below(buffer.Length));
                break;
            case 5 or 6 when connection.Writable > 0:
                connection.Write(buffer, 0, random.Below(buffer.Length));
                break;
        }
    }

    /// <summary>A stack with a connection that is open, one that is opening, a handshake and a farewell.</summary>
    private void Begin()
    {
        Start(configure: options => options.HalfOpen = 3);
        TcpListener listener = B.Stack.Listen(Port, 2);
        _open = null;
        uint iss = Synchronize(5000);
        Deliver(Tcp(5000, 101, iss + 1, 0x10));
        _acknowledgment = iss + 1;
        _open = listener.Accept();
        Assert.IsNotNull(_open);
        iss = Synchronize(5001);
        Deliver(Tcp(5001, 101, iss + 1, 0x10));
        listener.Accept().Close();
        B.Poll();
        Deliver(Tcp(5001, 101, iss + 2, 0x11));
        Synchronize(5002);
        _opening = B.Stack.Connect(Peer, 81);
        B.Poll();
        B.Sent.Clear();
        Assert.AreEqual(1, B.Stack.HalfOpenCount);
        Assert.AreEqual(1, B.Stack.TimeWaitCount);
        _listener = listener;
    }

    private void End()
    {
        int inUse = 0;
        for (int i = 0; i < B.Stack.ConnectionCapacity; i++)
        {
            inUse += B.Stack.GetConnection(i) == null ? 0 : 1;
        }

        Assert.AreEqual(B.Stack.ConnectionCapacity, B.Stack.FreeConnections + inUse, "connections in use and free");
        _open!.Abort();
        _opening!.Abort();
        _listener!.Close();
        B.AdvanceTo(B.Now + 400_000);
        B.Sent.Clear();
        B.AssertBalanced();
    }

    private uint Synchronize(int port)
    {
        Deliver(Tcp(port, 100, 0, 0x02), keep: true);
        byte[] answer = [];
        while (B.Sent.TryDequeue(out SentFrame frame))
        {
            answer = frame.Octets;
        }

        Assert.AreEqual(0x12, answer[14 + 20 + 13]);
        return Frames.Get32(answer, 14 + 20 + 4);
    }

    private void Deliver(byte[] frame, bool keep = false)
    {
        B.Deliver(frame);
        if (!keep)
        {
            B.Sent.Clear();
        }
    }

    /// <summary>One frame of every kind that the stack reads, to every kind of receiver.</summary>
    private static List<byte[]> Templates(int ahead, uint acknowledgment)
    {
        List<byte[]> frames =
        [
            Frames.Ethernet(Broadcast, StackBench.PeerMac, Frames.TypeArp, Frames.Arp(1, StackBench.PeerMac, Peer, 0, Own)),
            Frames.Ethernet(StackBench.OwnMac, StackBench.PeerMac, Frames.TypeArp, Frames.Arp(2, StackBench.PeerMac, Peer, StackBench.OwnMac, Own)),
            FromPeer(Echo(20)),
            FromPeer(Echo(20, options: [7, 7, 4, 0, 0, 0, 0, 0])),
            FromPeer(Frames.Ipv4(
                Peer,
                Own,
                Frames.Icmp,
                Frames.IcmpMessage(3, 3, 0, Frames.Ipv4(Own, Peer, Frames.Tcp, new byte[8], [1, 1, 1, 1])))),
        ];
        foreach (int port in new[] { 5000, 5001, 5002, 5003 })
        {
            foreach (int flags in new[] { 0x02, 0x10, 0x11, 0x18, 0x04, 0x14, 0x12 })
            {
                frames.Add(Tcp(port, 101u + (uint)ahead - 1, acknowledgment, flags, flags == 0x18 ? 30 : 0));
            }
        }

        return frames;
    }

    private static byte[] Tcp(int port, uint sequence, uint acknowledgment, int flags, int length = 0)
    {
        byte[] options = (flags & 0x02) != 0 ? [2, 4, 4, 0, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7] : [];
        return FromPeer(Frames.Ipv4(
            Peer, Own, Frames.Tcp, Frames.TcpSegment(Peer, Own, port, Port, sequence, acknowledgment, flags, 4000, options, new byte[length])));
    }

    /// <summary>Makes the checksums right again, and the total length if asked to, as far as the frame still has them.</summary>
    private static byte[] Repaired(byte[] frame, bool length)
    {
        byte[] repaired = (byte[])frame.Clone();
        if (repaired.Length < 14 + 20 || Frames.Get16(repaired, 12) != Frames.TypeIpv4)
        {
            return repaired;
        }

        if (length)
        {
            Frames.Put16(repaired, 14 + 2, repaired.Length - 14);
        }

        int header = (repaired[14] & 0xF) * 4;
        int total = Frames.Get16(repaired, 14 + 2);
        if (header < 20 || total < header || 14 + total > repaired.Length)
        {
            return repaired;
        }

        Frames.FixIpv4(repaired, 14);
        byte[] payload = repaired[(14 + header)..(14 + total)];
        if (repaired[14 + 9] == Frames.Tcp && payload.Length >= 18)
        {
            Frames.FixTcp(payload, Frames.Get32(repaired, 14 + 12), Frames.Get32(repaired, 14 + 16));
        }
        else if (repaired[14 + 9] == Frames.Icmp && payload.Length >= 4)
        {
            Frames.Put16(payload, 2, 0);
            Frames.Put16(payload, 2, NaiveChecksum.Of(payload, 0, payload.Length));
        }

        payload.CopyTo(repaired, 14 + header);
        return repaired;
    }
}
