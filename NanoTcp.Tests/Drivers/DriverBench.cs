using System;
using System.Linq;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Link;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Drivers;

/// <summary>A driver, the wires, an emulated chip and the other end of its cable, in virtual time.</summary>
internal sealed class DriverBench
{
    internal const long Mac = 0x020000123456;
    internal const int Offset = 7;
    internal const int Capacity = 1514;
    internal const int RingSize = 0x1A00;

    internal readonly VirtualClock Clock;
    internal readonly FramePort Port = new();
    internal readonly Enc28j60Chip Chip;
    internal readonly FaultyBus Bus;
    internal readonly Enc28j60Driver Driver;
    internal readonly byte[] Buffer = new byte[Offset + Capacity + 5];
    private readonly byte[] _transmitBuffer = new byte[Offset + Capacity];

    internal DriverBench(Enc28j60ChipOptions? chip = null, Enc28j60Options? driver = null, long startMilliseconds = 5_000_000_000)
    {
        Clock = new VirtualClock(startMilliseconds);
        Chip = new Enc28j60Chip(Clock, Port, chip ?? new Enc28j60ChipOptions());
        Bus = new FaultyBus(Chip);
        Driver = new Enc28j60Driver(Bus, Mac, driver ?? new Enc28j60Options());
    }

    internal long Count(int counter)
    {
        return Driver.Counters.GetValue(counter);
    }

    /// <summary>Polls, and lets as much time pass as the driver asks for, until the link is up.</summary>
    internal DriverBench Start()
    {
        RunUntil(() => Driver.Status == LinkStatus.Up, 100);
        Assert.IsTrue(Driver.CanSend);
        return this;
    }

    /// <summary>Polls until a condition holds; fails when it takes longer than a given time.</summary>
    internal void RunUntil(Func<bool> condition, int milliseconds)
    {
        long end = Clock.Milliseconds + milliseconds;
        while (!condition())
        {
            Assert.IsLessThanOrEqualTo(end, Clock.Milliseconds, $"still not so after {milliseconds} ms of chip time");
            int wait = Driver.Poll(Clock.Milliseconds);
            if (!condition())
            {
                Idle(wait);
            }
        }
    }

    /// <summary>Polls for a while, as a loop does that has nothing else to do, and takes no frames.</summary>
    internal void Run(int milliseconds)
    {
        long end = Clock.Milliseconds + milliseconds;
        while (Clock.Milliseconds < end)
        {
            Idle(Driver.Poll(Clock.Milliseconds));
        }
    }

    /// <summary>Lets time pass on the wire without the driver.</summary>
    internal void Pass(long microseconds)
    {
        for (long i = 0; i < microseconds; i += 10)
        {
            Clock.Advance(10_000);
            Chip.Update();
        }
    }

    /// <summary>Takes the next frame into <see cref="Buffer"/>, waiting for it for a while.</summary>
    /// <returns>Its length, 0 when none came.</returns>
    internal int Receive(int milliseconds)
    {
        long end = Clock.Milliseconds + milliseconds;
        do
        {
            int wait = Driver.Poll(Clock.Milliseconds);
            int length = Driver.Receive(Buffer, Offset, Capacity);
            if (length != 0)
            {
                return length;
            }

            Idle(wait);
        }
        while (Clock.Milliseconds < end);

        return 0;
    }

    /// <summary>Takes the next frame and compares it.</summary>
    internal void ExpectFrame(ReadOnlySpan<byte> expected, string what)
    {
        int length = Receive(100);
        Assert.AreEqual(expected.Length, length, what);
        Assert.IsTrue(expected.SequenceEqual(Buffer.AsSpan(Offset, length)), what);
    }

    /// <summary>Hands a frame over as soon as the driver takes one.</summary>
    internal void Send(ReadOnlySpan<byte> frame)
    {
        RunUntil(() => Driver.CanSend, 500);
        frame.CopyTo(_transmitBuffer.AsSpan(Offset));
        Assert.IsTrue(Driver.Send(_transmitBuffer, Offset, frame.Length));
        Assert.IsTrue(frame.SequenceEqual(_transmitBuffer.AsSpan(Offset, frame.Length)), "Send changed the frame");
    }

    /// <summary>Waits until the other end has a frame, and compares it, padding included.</summary>
    internal void ExpectArrival(ReadOnlySpan<byte> sent, int milliseconds)
    {
        RunUntil(() => Port.Arrived > 0, milliseconds);
        ReadOnlySpan<byte> arrived = Port.TakeArrived();
        Assert.AreEqual(Math.Max(60, sent.Length), arrived.Length);
        Assert.IsTrue(sent.SequenceEqual(arrived[..sent.Length]), $"frame of {sent.Length} octets");
        Assert.AreEqual(-1, arrived[sent.Length..].IndexOfAnyExcept((byte)0), "padding is zeros");
    }

    /// <summary>A frame comes in, and the same goes out.</summary>
    internal void ExpectBothWays(byte[] frame, string what)
    {
        Port.Enqueue(frame);
        ExpectFrame(frame, what);
        Send(frame);
        ExpectArrival(frame, 10);
    }

    /// <summary>Offers a hundred frames one after the other to a chip that may lose some: what comes through is whole.</summary>
    /// <returns>How many have come through.</returns>
    internal int ReceiveSomeOfHundred()
    {
        int received = 0;
        for (int i = 0; i < 100; i++)
        {
            byte[] frame = Frame(100 + i, i);
            Port.Enqueue(frame);
            if (Receive(3) != 0)
            {
                Assert.IsTrue(frame.AsSpan().SequenceEqual(Buffer.AsSpan(Offset, frame.Length)));
                received++;
            }
        }

        Assert.IsGreaterThan(0, received);
        Assert.IsLessThan(100, received);
        return received;
    }

    /// <summary>Writes a register behind the driver's back, and leaves the bank as it was.</summary>
    internal void Poke(int register, int value)
    {
        byte[] econ1 = [0x1F, 0];
        Chip.Transfer(econ1, 0, 2);
        Enc28j60Spi spi = new(Chip);
        spi.Write(register, value);
        spi.SelectBank(econ1[1] & 3);

        // The chip may complain about this, but not about the driver.
        Chip.Violations.Clear();
    }

    /// <summary>Writes a register of the PHY behind the driver's back, and leaves the bank as it was.</summary>
    internal void PokePhy(int register, int value)
    {
        byte[] econ1 = [0x1F, 0];
        Chip.Transfer(econ1, 0, 2);
        Enc28j60Spi spi = new(Chip);
        new Enc28j60Phy(spi).Write(register, value);
        spi.SelectBank(econ1[1] & 3);
        Chip.Violations.Clear();
    }

    /// <summary>Reads a register behind the driver's back, and leaves the bank as it was.</summary>
    internal int Peek(int register)
    {
        byte[] econ1 = [0x1F, 0];
        Chip.Transfer(econ1, 0, 2);
        Enc28j60Spi spi = new(Chip);
        int value = spi.Read(register);
        spi.SelectBank(econ1[1] & 3);
        return value;
    }

    /// <summary>Reads a register of the PHY behind the driver's back, and leaves the bank as it was.</summary>
    internal int PeekPhy(int register)
    {
        byte[] econ1 = [0x1F, 0];
        Chip.Transfer(econ1, 0, 2);
        Enc28j60Spi spi = new(Chip);
        int value = new Enc28j60Phy(spi).Read(register);
        spi.SelectBank(econ1[1] & 3);
        return value;
    }

    /// <summary>Lets a frame come in, to its last octet and the gap after it, while the driver does nothing.</summary>
    internal void Bring(byte[] frame)
    {
        Port.Enqueue(frame);
        Chip.Update();
        Clock.Advance(((8 + Math.Max(60, frame.Length) + 4) * 800L) + 9_600);
        Chip.Update();
    }

    /// <summary>So many broadcasts one after the other, each taken at once, with a look at the chip after each.</summary>
    internal void FloodWithBroadcasts(int count)
    {
        byte[] frame = Frame(60, 1, MacAddress.Broadcast);
        for (int i = 0; i < count; i++)
        {
            Port.Enqueue(frame);
            Pass(80);
            Driver.Poll(Clock.Milliseconds);
            Take();
        }

        Driver.Poll(Clock.Milliseconds);
    }

    /// <summary>Takes what waits in the chip, without waiting for it.</summary>
    /// <returns>The frame's length, 0 when there was none.</returns>
    internal int Take()
    {
        return Driver.Receive(Buffer, Offset, Capacity);
    }

    /// <summary>Runs the loop for a while in steps of a millisecond, and takes whatever comes.</summary>
    internal void RunQuickly(int milliseconds)
    {
        for (int i = 0; i < milliseconds; i++)
        {
            Driver.Poll(Clock.Milliseconds);
            while (Driver.Receive(Buffer, Offset, Capacity) != 0)
            {
                // What a fault has left behind.
            }

            Clock.Advance(1_000_000);
            Chip.Update();
        }
    }

    /// <summary>What every teardown asserts: the chip has seen nothing forbidden.</summary>
    internal void AssertNoViolation()
    {
        Assert.AreEqual(0, Chip.Violations.Total, Chip.Violations.ToString());
    }

    /// <summary>A frame to the chip's own address, filled from a seed.</summary>
    internal static byte[] Frame(int length, int seed)
    {
        return Frame(length, seed, Mac);
    }

    /// <summary>A frame to some address, filled from a seed.</summary>
    internal static byte[] Frame(int length, int seed, long destination)
    {
        byte[] frame = new byte[length];
        Fill(frame, length, seed, destination);
        return frame;
    }

    /// <summary>Makes a frame in a given array.</summary>
    internal static void Fill(byte[] frame, int length, int seed, long destination)
    {
        uint noise = ((uint)seed * 2654435761) | 1;
        for (int i = 0; i < length; i++)
        {
            noise ^= noise << 13;
            noise ^= noise >> 17;
            noise ^= noise << 5;
            frame[i] = (byte)noise;
        }

        for (int i = 0; i < 6; i++)
        {
            frame[i] = (byte)(destination >> (40 - (8 * i)));
        }

        frame[6] = 0x02;
        frame[12] = 0x08;
        frame[13] = 0x00;
    }

    private void Idle(int milliseconds)
    {
        Assert.IsGreaterThanOrEqualTo(0, milliseconds);
        if (milliseconds == 0)
        {
            Clock.Advance(20_000);
            Chip.Update();
            return;
        }

        // The pin, where the driver uses it, wakes the loop.
        long end = Clock.Nanoseconds + (milliseconds * 1_000_000L);
        do
        {
            Pass(10);
        }
        while (Clock.Nanoseconds < end && !Chip.InterruptPinLow);
    }
}
