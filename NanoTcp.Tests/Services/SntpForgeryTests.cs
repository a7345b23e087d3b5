using System;
using System.Collections.Generic;
using NanoTcp.Emulation;
using NanoTcp.Services;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Services;

/// <summary>Replies that are not to be believed: RFC 4330 5, and the classes of the INFRA:HALT and AMNESIA:33 reports.</summary>
[TestClass]
public sealed class SntpForgeryTests : SntpTest
{
    [TestMethod]
    [Requirement("RFC 4330", "5")]
    public void AMNESIA_33_unsolicited_replies_are_not_taken()
    {
        StartSntp();
        byte[] request = Asked();
        byte[] good = Reply(request);
        int port = Datagrams.SourcePort(request);
        int strays = 0;
        Stray(Datagrams.ToStack(Second, 123, port, good));
        Stray(Datagrams.ToStack(First, 124, port, good));
        Stray(Datagrams.ToStack(First, 123, port, good, StackBench.Subnet + 255, Broadcast));
        Stray(Datagrams.ToStack(First, 123, port, good[..47]));
        Stray(Datagrams.ToStack(First, 123, port, []));
        for (int octet = 24; octet < 32; octet++)
        {
            byte[] other = [.. good];
            other[octet] ^= 1;
            Stray(Datagrams.ToStack(First, 123, port, other));
        }

        // A broadcast of the time, which nobody asked for, has no originate timestamp.
        byte[] broadcast = [.. good];
        broadcast[0] = 0x25;
        Array.Clear(broadcast, 24, 8);
        Stray(Datagrams.ToStack(First, 123, port, broadcast));
        Answer(request, good);
        Assert.IsTrue(Client.IsSynchronised);

        // The same once more is for nobody.
        long time = Client.Offset;
        Answer(request, Reply(request, NewYear + 1000));
        Assert.AreEqual(time, Client.Offset);
        Has(SntpCounter.InReplies, 1);
        B.Sent.Clear();

        void Stray(byte[] frame)
        {
            B.Deliver(frame);
            Has(SntpCounter.InStrays, ++strays);
            Assert.IsFalse(Client.IsSynchronised);
            Assert.AreEqual(SntpState.Asking, Client.State);
        }
    }

    [TestMethod]
    public void A_reply_that_comes_too_late_is_not_taken()
    {
        StartSntp();
        byte[] request = Asked();
        At(3000);
        Answer(request, Reply(request));
        Assert.IsFalse(Client.IsSynchronised);
        B.Sent.Clear();
    }

    [TestMethod]
    [Requirement("RFC 4330", "5")]
    public void A_server_that_cannot_be_right_is_not_believed()
    {
        Unsound(r => r[0] = 0xE4);
        Unsound(r => r[0] = 0x1C);
        Unsound(r => r[0] = 0x25);
        Unsound(r => r[0] = 0x23);
        Unsound(r => r[1] = 16);
        Unsound(r => r[1] = 255);
        Unsound(r => r[5] = 1);
        Unsound(r => r[4] = 0x80);
        Unsound(r => r[9] = 1);
        Unsound(r => Array.Clear(r, 40, 8));
        Unsound(r => Array.Clear(r, 32, 8));

        // It says that it sent the reply before it had the request, or held it for longer than the whole took.
        Unsound(r => Frames.Put32(r, 32, NewYear + 1));
        Unsound(r => Frames.Put32(r, 40, NewYear + 1));
    }

    [TestMethod]
    public void A_server_at_the_edge_of_what_can_be_is_believed()
    {
        foreach (Action<byte[]> change in new Action<byte[]>[]
        {
            r => r[0] = 0x64,
            r => r[0] = 0xA4,
            r => r[1] = 1,
            r => r[1] = 15,
            r => Frames.Put32(r, 4, 0xFFFF),
            r => Frames.Put32(r, 8, 0xFFFF),
            r => Frames.Put32(r, 44, (uint)(0.001 * 4294967296)),
        })
        {
            StartSntp();
            byte[] request = Asked();
            byte[] reply = Reply(request);
            change(reply);
            Answer(request, reply);
            Assert.IsTrue(Client.IsSynchronised);
        }
    }

    [TestMethod]
    public void A_longer_packet_with_a_key_is_read_like_one_without()
    {
        StartSntp();
        byte[] request = Asked();
        Answer(request, [.. Reply(request), .. new byte[20]]);
        Assert.IsTrue(Client.IsSynchronised);
    }

    [TestMethod]
    public void A_forged_kiss_does_not_silence_the_client()
    {
        StartSntp();
        byte[] request = Asked();
        byte[] kiss = Reply(request);
        kiss[1] = 0;
        "DENY"u8.CopyTo(kiss.AsSpan(12));
        kiss[31] ^= 1;
        Answer(request, kiss);
        Has(SntpCounter.Kisses, 0);
        Answer(request, Reply(request));
        Assert.IsTrue(Client.IsSynchronised);
    }

    [TestMethod]
    public void INFRA_HALT_tokens_and_ports_cannot_be_foretold()
    {
        const int Runs = 400;
        int[] bits = new int[64];
        HashSet<int> ports = [];
        HashSet<ulong> tokens = [];
        for (ulong seed = 0; seed < Runs; seed++)
        {
            Start(configure: o => o.Random = new SeededRandom(seed));
            Make(1, new SntpClientOptions { StartDelay = 0 });
            byte[] request = Asked();
            ports.Add(Datagrams.SourcePort(request));
            tokens.Add(Token(request));
            for (int i = 0; i < 64; i++)
            {
                bits[i] += (int)(Token(request) >> i) & 1;
            }
        }

        Assert.HasCount(Runs, tokens);
        Assert.IsGreaterThan(390, ports.Count);
        foreach (int ones in bits)
        {
            Assert.IsInRange(150, 250, ones);
        }
    }

    [TestMethod]
    public void Random_damage_is_never_believed_where_it_matters()
    {
        SeededRandom random = new(61);
        int taken = 0;
        for (int run = 0; run < 2000; run++)
        {
            StartSntp();
            byte[] request = Asked();
            byte[] reply = Reply(request);
            for (int i = 1 + random.Below(3); i > 0; i--)
            {
                int at = random.Below(48);
                reply[at] = random.Below(2) == 0 ? (byte)random.NextUInt32() : (byte)(reply[at] ^ (1 << random.Below(8)));
            }

            Answer(request, reply);
            bool sound = (reply[0] & 0x3F) == 0x24 && reply[0] < 0xC0 && reply[1] is >= 1 and <= 15
                && Frames.Get32(reply, 4) < 0x10000 && Frames.Get32(reply, 8) < 0x10000
                && reply.AsSpan(24, 8).SequenceEqual(Reply(request).AsSpan(24, 8));
            ulong received = ((ulong)Frames.Get32(reply, 32) << 32) | Frames.Get32(reply, 36);
            ulong sent = ((ulong)Frames.Get32(reply, 40) << 32) | Frames.Get32(reply, 44);
            sound &= sent >= received && sent - received <= 2 * 4294967296UL / 1000;
            Assert.AreEqual(sound, Client.IsSynchronised, $"run {run}: {Convert.ToHexString(reply)}");
            taken += sound ? 1 : 0;
            if (sound)
            {
                long unix = (Frames.Get32(reply, 40) < 0x80000000 ? 0x100000000L : 0) + Frames.Get32(reply, 40) - 2208988800L;
                Assert.IsInRange(unix * 1000, (unix * 1000) + 1001, Time());
            }
        }

        Assert.IsInRange(200, 1800, taken);
    }

    private void Unsound(Action<byte[]> change)
    {
        StartSntp(servers: 2);
        byte[] request = Asked();
        byte[] reply = Reply(request);
        change(reply);
        Answer(request, reply);
        Assert.IsFalse(Client.IsSynchronised, Convert.ToHexString(reply));
        Assert.AreEqual(0, Settings.Count);
        Has(SntpCounter.InErrors, 1);
        AskedUntil(80_000, Second);
    }
}
