using NanoTcp.Tcp;

namespace NanoTcp.Tests.Tcp;

/// <summary>A congestion control with the numbers of one connection around it: who has sent and acknowledged what, and when.</summary>
internal sealed class CongestionBench
{
    /// <summary>Just before the wrap, so that every scenario crosses it.</summary>
    internal const uint Iss = 0xFFFFF000;

    internal CongestionBench(CongestionControl algorithm, int mss = 1000, int roundTripTime = 0, bool synLost = false)
    {
        Algorithm = algorithm;
        Mss = mss;
        State = new int[algorithm.ValueCount];
        RoundTrip = new RoundTripEstimator(1000);
        if (roundTripTime != 0)
        {
            RoundTrip.Measured(roundTripTime);
        }

        algorithm.Open(State, mss, Iss, synLost);
        Una = unchecked(Iss + 1);
        Max = Una;
    }

    internal CongestionControl Algorithm { get; }

    internal int Mss { get; }

    internal int[] State { get; }

    internal RoundTripEstimator RoundTrip { get; }

    internal uint Una { get; private set; }

    internal uint Max { get; private set; }

    /// <summary>Begins shortly before the low half of the clock turns negative.</summary>
    internal long Now { get; set; } = int.MaxValue - 5000L;

    internal int Window
    {
        get => State[CongestionControl.Window];
        set => State[CongestionControl.Window] = value;
    }

    internal int Threshold => State[CongestionControl.Threshold];

    internal bool InRecovery => State[CongestionControl.Duplicates] == CongestionControl.InRecovery;

    internal int Flight => (int)(Max - Una);

    /// <summary>So many octets go out; <paramref name="limited"/> when more would have, but for cwnd.</summary>
    internal void Send(int octets, bool limited = true)
    {
        if (Flight == 0)
        {
            Algorithm.Resume(State, false, Mss, unchecked((int)Now));
        }

        Max += (uint)octets;
        if (limited)
        {
            State[CongestionControl.LimitedUntil] = (int)Max;
        }
    }

    /// <summary>So much goes out as cwnd lets.</summary>
    internal void Fill()
    {
        while (Flight + Mss <= Window)
        {
            Send(Mss);
        }

        State[CongestionControl.LimitedUntil] = (int)Max;
    }

    /// <summary>So many octets are acknowledged; true when the next segment must go out again.</summary>
    internal bool Acknowledge(int octets)
    {
        Una += (uint)octets;
        return Algorithm.Acknowledged(State, octets, Una, Max, Mss, unchecked((int)Now), RoundTrip);
    }

    /// <summary>A duplicate acknowledgment; true when the first segment must go out again.</summary>
    internal bool Duplicate(bool moreToSend = true) => Algorithm.Duplicate(State, Una, Max, moreToSend, Mss);

    /// <summary>Three of them.</summary>
    internal void Lose()
    {
        Assert.IsFalse(Duplicate());
        Assert.IsFalse(Duplicate());
        Assert.IsTrue(Duplicate());
    }

    internal void TimeOut() => Algorithm.TimedOut(State, Una, Max, Mss);

    internal bool Mark() => Algorithm.CongestionExperienced(State, Una, Max, Mss);

    /// <summary>A round trip in which cwnd is full and every segment is acknowledged by itself.</summary>
    internal void Round(int milliseconds)
    {
        Fill();
        int segments = Flight / Mss;
        for (int i = 0; i < segments; i++)
        {
            Now += (milliseconds * (i + 1) / segments) - (milliseconds * i / segments);
            Acknowledge(Mss);
            Fill();
        }
    }

    /// <summary>With so large a window the first segment is lost; the others bring duplicates, and its repair ends recovery a round trip later.</summary>
    internal void LoseAndRecover(int window, int milliseconds)
    {
        // What was lost before is over when something new has been acknowledged.
        Acknowledge(Flight);
        Send(Mss, limited: false);
        Acknowledge(Mss);
        Window = window;
        Fill();
        int others = (Flight / Mss) - 1;
        int flight = Flight;
        Lose();
        for (int i = 3; i < others; i++)
        {
            Duplicate();
            Fill();
        }

        Now += milliseconds;
        Acknowledge(flight);
        Assert.IsFalse(InRecovery);
    }
}
