using System;
using System.Collections.Generic;
using NanoTcp.Emulation;
using NanoTcp.Services;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Services;

/// <summary>Tests that play the time servers of a stack. The client asks at once, and its first request is at 0 ms.</summary>
public abstract class SntpTest : StackTest
{
    private protected const uint First = StackBench.PeerAddress;
    private protected const uint Second = StackBench.Subnet + 3;
    private protected const uint Third = StackBench.Subnet + 4;

    /// <summary>2026-01-01 00:00:00 UTC, as NTP counts.</summary>
    private protected const uint NewYear = 3976214400;

    /// <summary>The same, in ms since 1970.</summary>
    private protected const long UnixNewYear = 1767225600000;

    private readonly List<(long Time, long Change)> _set = [];
    private SntpClient? _client;

    private protected SntpClient Client => _client ?? throw new InvalidOperationException("There is no client yet.");

    /// <summary>What the clock was set to.</summary>
    private protected IReadOnlyList<(long Time, long Change)> Settings => _set;

    private protected void StartSntp(int servers = 1, SntpClientOptions? options = null, Action<NetworkStackOptions>? configure = null)
    {
        Start(configure: o =>
        {
            o.Random = new SeededRandom(4330);
            configure?.Invoke(o);
        });
        Make(servers, options ?? new SntpClientOptions { StartDelay = 0 });
    }

    private protected void Make(int servers, SntpClientOptions options)
    {
        _set.Clear();
        _set.Capacity = 100;
        options.Clock ??= new Clock(_set);
        _client = new SntpClient(B.Stack, options);
        uint[] all = [First, Second, Third];
        for (int i = 0; i < servers; i++)
        {
            Assert.IsTrue(Client.SetServer(i, all[i]));
        }

        B.Poll();
    }

    /// <summary>The request that the stack has just sent: the frame.</summary>
    private protected byte[] Asked(uint server = First)
    {
        byte[] frame = Next();
        byte[] request = Datagrams.FromStack(frame, server, 123);
        Assert.HasCount(48, request);
        Assert.AreEqual(0x23, request[0], "version 4, client");
        CollectionAssert.AreEqual(new byte[39], request[1..40], "nothing but the transmit timestamp");
        Assert.AreNotEqual(0UL, Token(frame));
        return frame;
    }

    /// <summary>Asks as above, whenever that is until <paramref name="latest"/>.</summary>
    /// <returns>The frame, and the time in ms since the start.</returns>
    private protected (byte[] Frame, long Time) AskedUntil(long latest, uint server = First)
    {
        B.AdvanceUntilSent(B.Start + latest);
        return (Asked(server), B.Now - B.Start);
    }

    private protected static ulong Token(byte[] frame) =>
        ((ulong)Frames.Get32(frame, Datagrams.PayloadOffset + 40) << 32) | Frames.Get32(frame, Datagrams.PayloadOffset + 44);

    /// <summary>A good reply to a request: stratum 2, received at <paramref name="seconds"/> and held for no time.</summary>
    private protected static byte[] Reply(byte[] request, uint seconds = NewYear, uint fraction = 0)
    {
        byte[] reply = new byte[48];
        reply[0] = 0x24;
        reply[1] = 2;
        Frames.Put32(reply, 12, 0xC0000201);
        Frames.Put32(reply, 24, Frames.Get32(request, Datagrams.PayloadOffset + 40));
        Frames.Put32(reply, 28, Frames.Get32(request, Datagrams.PayloadOffset + 44));
        Frames.Put32(reply, 32, seconds);
        Frames.Put32(reply, 36, fraction);
        Frames.Put32(reply, 40, seconds);
        Frames.Put32(reply, 44, fraction);
        return reply;
    }

    private protected void Answer(byte[] request, byte[] reply, uint server = First) =>
        B.Deliver(Datagrams.ToStack(server, 123, Datagrams.SourcePort(request), reply));

    private protected void Has(int counter, long expected) =>
        Assert.AreEqual(expected, Client.Counters.GetValue(counter), Client.Counters.GetName(counter));

    /// <summary>The time of day by the client, now.</summary>
    private protected long Time()
    {
        Assert.IsTrue(Client.TryGetTime(B.Now, out long time));
        return time;
    }

    private sealed class Clock(List<(long Time, long Change)> settings) : IClockSetter
    {
        public void SetClock(long unixMilliseconds, long change) => settings.Add((unixMilliseconds, change));
    }
}
