using System;

namespace NanoTcp.Emulation;

/// <summary>
/// What all parts of the chip see: the registers, the 8 KB of buffer memory, the time, and the operation in progress.
/// </summary>
internal sealed class ChipState
{
    internal const int MemorySize = 8192;
    internal const int AddressMask = MemorySize - 1;

    /// <summary>One octet on a 10 Mbit/s wire.</summary>
    internal const long OctetNanoseconds = 800;

    /// <summary>Preamble and start frame delimiter, in octets.</summary>
    internal const int PreambleOctets = 8;

    /// <summary>The gap between two frames.</summary>
    internal const long InterpacketGapNanoseconds = 9_600;

    /// <summary>An event that will not come by itself.</summary>
    internal const long Never = long.MaxValue;

    internal readonly byte[] Registers = new byte[Register.Count];
    internal readonly byte[] Memory = new byte[MemorySize];
    internal readonly ViolationLog Violations = new();
    internal readonly WireStatistics Wire = new();
    internal readonly Enc28j60ChipOptions Options;
    internal readonly Enc28j60Faults Faults;

    /// <summary>The moment that is being worked on; never ahead of the simulation's clock.</summary>
    internal long Now;

    /// <summary>For how long a host may go on doing wrong after a fault before it is to blame for it.</summary>
    private const long BlamelessNanoseconds = 2_000_000_000;

    /// <summary>EPKTCNT says something else than there is, by a fault: until it has been counted down to 0, or a reset.</summary>
    internal bool CountIsWrong;

    private long _disturbedUntil;

    /// <summary>First octet of the SPI operation in progress, or of the last one.</summary>
    internal byte Opcode;

    /// <summary>From when on the oscillator runs steadily.</summary>
    internal long ClockReadyAt;

    /// <summary>From when on MAC and PHY have left the last reset.</summary>
    internal long SettledAt;

    /// <summary>Whether the RESET pin is low, for however short a time.</summary>
    internal bool ResetPinLow;

    /// <summary>Whether the RESET pin has been low for long enough and still is.</summary>
    internal bool HeldInReset;

    internal ChipState(Enc28j60ChipOptions options)
    {
        Options = options;
        Faults = new Enc28j60Faults(options.FaultSeed);
    }

    /// <summary>ESTAT.CLKRDY. A soft reset does not touch it (DS80349 erratum 2).</summary>
    internal bool ClockReady
    {
        get { return !Has(Register.ECON2, RegisterBits.PWRSV) && Now >= ClockReadyAt; }
    }

    /// <summary>Whether MAC and PHY work and can be reached.</summary>
    internal bool Operational
    {
        get { return ClockReady && Now >= SettledAt && !HeldInReset; }
    }

    internal bool Has(int register, int bit)
    {
        return (Registers[register] & bit) != 0;
    }

    internal void Raise(int register, int bits)
    {
        Registers[register] |= (byte)bits;
    }

    internal void Drop(int register, int bits)
    {
        Registers[register] &= (byte)~bits;
    }

    /// <summary>Two registers as one number.</summary>
    internal int Word(int register)
    {
        return Registers[register] | (Registers[register + 1] << 8);
    }

    internal void SetWord(int register, int value)
    {
        Registers[register] = (byte)value;
        Registers[register + 1] = (byte)(value >> 8);
    }

    internal void Report(ViolationKind kind, int register)
    {
        Violations.AtRegister(kind, register, Opcode, Now, Now < _disturbedUntil);
    }

    internal void ReportMemory(ViolationKind kind, int address)
    {
        Violations.AtMemory(kind, address, Opcode, Now, Now < _disturbedUntil);
    }

    /// <summary>A fault has deceived the host, or has changed the chip behind its back.</summary>
    internal void Disturb()
    {
        Excuse();
        Faults.Note(Now);
    }

    /// <summary>A fault that has been told already goes on to be what the host is misled by.</summary>
    internal void Excuse()
    {
        _disturbedUntil = Now + BlamelessNanoseconds;
    }

    /// <summary>The host has reset the chip: from now on it knows again what it talks to.</summary>
    internal void Settle()
    {
        _disturbedUntil = 0;
    }

    /// <summary>Reports what keeps MAC and PHY from being reached now, if anything does.</summary>
    /// <returns>Whether they can be reached.</returns>
    internal bool CheckOperational(int register)
    {
        if (Operational)
        {
            return true;
        }

        if (Has(Register.ECON2, RegisterBits.PWRSV))
        {
            Report(ViolationKind.AccessInPowerSave, register);
        }
        else if (!ClockReady)
        {
            Report(ViolationKind.AccessBeforeClockReady, register);
        }
        else
        {
            Report(ViolationKind.AccessTooSoonAfterReset, register);
        }

        return false;
    }

    /// <summary>Whether two ranges of the memory have an octet in common; either may run over its end.</summary>
    internal static bool Overlaps(int first, int firstCount, int second, int secondCount)
    {
        return firstCount > 0
            && secondCount > 0
            && (((second - first) & AddressMask) < firstCount || ((first - second) & AddressMask) < secondCount);
    }

    /// <summary>The registers' values after any reset; ECOCON keeps its value over all but power-on (DS39662 11).</summary>
    internal void ResetRegisters()
    {
        byte clockOut = Registers[Register.ECOCON];
        Array.Copy(RegisterMap.ResetValues, Registers, Register.Count);
        Registers[Register.ECOCON] = clockOut;
        Registers[Register.EREVID] = Options.Revision;
        CountIsWrong = false;
    }
}
