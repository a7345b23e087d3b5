using System;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

/// <summary>
/// A chip on a bench, driven with bare SPI octets. The addresses and opcodes are written out here once more on purpose:
/// neither the emulator's nor the driver's tables are trusted.
/// </summary>
internal sealed class ChipBench
{
    public const int Eie = 0x1B;
    public const int Eir = 0x1C;
    public const int Estat = 0x1D;
    public const int Econ2 = 0x1E;
    public const int Econ1 = 0x1F;

    public static readonly byte[] Station = [0x02, 0x00, 0x00, 0x12, 0x34, 0x56];

    public ChipBench(Enc28j60ChipOptions? options = null)
    {
        Clock = new VirtualClock(1000);
        Chip = new Enc28j60Chip(Clock, Port, options ?? new Enc28j60ChipOptions());
    }

    public VirtualClock Clock { get; }

    public QueuePort Port { get; } = new();

    public Enc28j60Chip Chip { get; }

    /// <summary>A frame of the given length without check sequence, with octets that tell where they stand.</summary>
    public static byte[] Frame(int length, byte[]? destination = null, int type = 0x0800, int seed = 0)
    {
        byte[] frame = new byte[length];
        for (int i = 14; i < length; i++)
        {
            frame[i] = (byte)((i * 7) + (i >> 8) + seed);
        }

        (destination ?? Station).CopyTo(frame, 0);
        byte[] source = [0x02, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE];
        source.CopyTo(frame, 6);
        frame[12] = (byte)(type >> 8);
        frame[13] = (byte)type;
        return frame;
    }

    /// <summary>One operation; what the chip answered, octet by octet.</summary>
    public byte[] Exchange(params byte[] octets)
    {
        byte[] buffer = (byte[])octets.Clone();
        Chip.Transfer(buffer, 0, buffer.Length);
        return buffer;
    }

    public void Bank(int bank)
    {
        Exchange(0xBF, 0x03);
        Exchange(0x9F, (byte)bank);
    }

    public int Eth(int address)
    {
        return Exchange((byte)address, 0)[1];
    }

    public int Eth(int bank, int address)
    {
        Bank(bank);
        return Eth(address);
    }

    public int EthWord(int bank, int address)
    {
        Bank(bank);
        return Eth(address) | (Eth(address + 1) << 8);
    }

    public int Mac(int bank, int address)
    {
        Bank(bank);
        return Exchange((byte)address, 0, 0)[2];
    }

    public void Write(int bank, int address, int value)
    {
        Bank(bank);
        Exchange((byte)(0x40 | address), (byte)value);
    }

    public void WriteWord(int bank, int address, int value)
    {
        Bank(bank);
        Exchange((byte)(0x40 | address), (byte)value);
        Exchange((byte)(0x41 + address), (byte)(value >> 8));
    }

    public void Set(int address, int mask)
    {
        Exchange((byte)(0x80 | address), (byte)mask);
    }

    public void Clear(int address, int mask)
    {
        Exchange((byte)(0xA0 | address), (byte)mask);
    }

    public byte[] ReadMemory(int address, int count)
    {
        WriteWord(0, 0x00, address);
        return ReadOn(count);
    }

    /// <summary>Reads on from wherever ERDPT stands.</summary>
    public byte[] ReadOn(int count)
    {
        byte[] octets = new byte[count + 1];
        octets[0] = 0x3A;
        Chip.Transfer(octets, 0, octets.Length);
        return octets[1..];
    }

    public void WriteMemory(int address, params byte[] data)
    {
        WriteWord(0, 0x02, address);
        byte[] octets = new byte[data.Length + 1];
        octets[0] = 0x7A;
        data.CopyTo(octets, 1);
        Chip.Write(octets, 0, octets.Length);
    }

    public int ReadPhy(int register)
    {
        Write(2, 0x14, register);
        Write(2, 0x12, 0x01);
        Wait(10_240);
        Write(2, 0x12, 0x00);
        return Mac(2, 0x18) | (Mac(2, 0x19) << 8);
    }

    public void WritePhy(int register, int value)
    {
        Write(2, 0x14, register);
        Write(2, 0x16, value & 0xFF);
        Write(2, 0x17, value >> 8);
        Wait(10_240);
    }

    public void Wait(long nanoseconds)
    {
        Clock.Advance(nanoseconds);
        Chip.Update();
    }

    /// <summary>Lets the frames that wait at the port come in, each with its preamble, check sequence and gap.</summary>
    public void ReceiveAll()
    {
        Chip.Update();
        for (int i = 0; i < 10_000 && (Port.Incoming.Count > 0 || Chip.NanosecondsToNextEvent < long.MaxValue); i++)
        {
            Wait(Math.Min(Chip.NanosecondsToNextEvent, 1_000_000));
        }
    }

    /// <summary>Lets time pass until a condition holds; fails when that does not come.</summary>
    public void RunUntil(Func<bool> condition)
    {
        for (int i = 0; i < 10_000 && !condition(); i++)
        {
            Wait(Math.Min(Chip.NanosecondsToNextEvent, 1_000_000));
        }

        Assert.IsTrue(condition());
    }

    public void WaitUntilReady()
    {
        Wait(2_000_000);
    }

    /// <summary>What a driver does at start: ring 0000-17FF, send buffer 1800, filter A1h, everything on.</summary>
    public void Initialise(bool fullDuplex = false, int ringEnd = 0x17FF, bool receive = true)
    {
        WaitUntilReady();
        WriteWord(0, 0x08, 0x0000);
        WriteWord(0, 0x0A, ringEnd);
        WriteWord(0, 0x0C, ringEnd);
        WriteWord(0, 0x00, 0x0000);
        WriteWord(0, 0x04, ringEnd + 1);
        Write(2, 0x00, 0x0D);
        Write(2, 0x02, fullDuplex ? 0x33 : 0x32);
        WriteWord(2, 0x0A, 1518);
        int[] order = [0x04, 0x05, 0x02, 0x03, 0x00, 0x01];
        for (int i = 0; i < 6; i++)
        {
            Write(3, order[i], Station[i]);
        }

        WritePhy(0x00, fullDuplex ? 0x0100 : 0x0000);
        WritePhy(0x10, 0x0100);
        WritePhy(0x14, 0x3476);
        ReadPhy(0x13);
        if (receive)
        {
            Set(Econ1, 0x04);
        }
    }

    /// <summary>Puts a frame behind a control octet at 1800h and sets TXRTS.</summary>
    public void StartSending(byte[] frame, byte control = 0x00, int address = 0x1800)
    {
        WriteWord(0, 0x04, address);
        WriteMemory(address, control);
        byte[] octets = new byte[frame.Length + 1];
        octets[0] = 0x7A;
        frame.CopyTo(octets, 1);
        Chip.Write(octets, 0, octets.Length);
        WriteWord(0, 0x06, address + frame.Length);
        Set(Econ1, 0x08);
    }

    /// <summary>Pulses TXRST and clears what that raised.</summary>
    public void ResetTransmitter()
    {
        Set(Econ1, 0x80);
        Clear(Econ1, 0x80);
        Clear(Eir, 0x0A);
    }

    /// <summary>Takes one packet from the ring at ERDPT: header and frame, and frees it as erratum 14 asks.</summary>
    public (int Next, int Length, int Status, byte[] Frame) TakePacket(int ringEnd = 0x17FF)
    {
        byte[] header = ReadOn(6);
        int next = header[0] | (header[1] << 8);
        int length = header[2] | (header[3] << 8);
        byte[] frame = ReadOn(length);
        WriteWord(0, 0x00, next);
        WriteWord(0, 0x0C, next == 0 ? ringEnd : next - 1);
        FreePacket();
        return (next, length, header[4] | (header[5] << 8), frame);
    }

    /// <summary>Sees in EPKTCNT that there is a packet, and counts it off.</summary>
    public void FreePacket()
    {
        PacketCount();
        Set(Econ2, 0x40);
    }

    /// <summary>ERXWRPT, read as the data sheet wants it: between two equal packet counts.</summary>
    public int WritePointer()
    {
        int before = PacketCount();
        int pointer = EthWord(0, 0x0E);
        Assert.AreEqual(before, PacketCount());
        return pointer;
    }

    public int PacketCount()
    {
        return Eth(1, 0x19);
    }

    /// <summary>Erratum 12, and that a pulse of TXRST always brings the transmitter back.</summary>
    public void AssertStalledUntilReset()
    {
        int sent = Port.Sent.Count;
        Chip.Faults.Clear();
        StartSending(Frame(60));
        Wait(100_000_000);
        Assert.AreEqual(sent, Port.Sent.Count);
        Assert.AreEqual(0x08, Eth(Econ1) & 0x08, "TXRTS");
        AssertOnly(ViolationKind.TransmitStalled);
        Chip.Violations.Clear();
        ResetTransmitter();
        Set(Econ1, 0x08);
        Wait(1_000_000);
        Assert.AreEqual(sent + 1, Port.Sent.Count);
        AssertClean();
    }

    public void AssertClean()
    {
        Assert.AreEqual(0, Chip.Violations.Total, Chip.Violations.ToString());
    }

    public void AssertOnly(ViolationKind kind)
    {
        Assert.IsTrue(Chip.Violations.Count > 0, $"{kind} was not noticed");
        Assert.IsTrue(
            Chip.Violations.ToList().TrueForAll(v => v.Kind == kind),
            $"{kind} only, but: " + Chip.Violations.ToString());
    }
}
