using System;

namespace NanoTcp.Emulation;

/// <summary>
/// The frame as it goes out: what lay behind the control octet when TXRTS was set, padded and with the check sequence
/// that the control octet or MACON3 ask for (DS39662 7.1, register 6-2).
/// </summary>
internal sealed class TransmitFrame
{
    internal const int CheckSequenceSize = 4;

    /// <summary>The octets, the check sequence included.</summary>
    internal readonly byte[] Octets = new byte[ChipState.MemorySize + 128];

    private readonly ChipState _state;
    private int _address;
    private int _count;
    private int _control;

    internal TransmitFrame(ChipState state)
    {
        _state = state;
    }

    /// <summary>How many octets go out; no more than MAMXFL of a frame that is too long.</summary>
    internal int Length { get; private set; }

    /// <summary>Whether the check sequence fits, be it the chip's or the host's.</summary>
    internal bool CrcGood { get; private set; }

    /// <summary>Whether the frame is longer than MAMXFL and nothing allows that.</summary>
    internal bool TooLong { get; private set; }

    /// <summary>Takes the frame out of the buffer memory.</summary>
    /// <param name="address">Its first octet, behind the control octet.</param>
    /// <param name="count">How many octets the host put there.</param>
    /// <param name="control">The control octet (DS39662 figure 7-1).</param>
    internal void Load(int address, int count, int control)
    {
        _address = address;
        _count = count;
        _control = control;
        Reload();
    }

    /// <summary>Takes the same octets once more, as they are now.</summary>
    internal void Reload()
    {
        int address = _address;
        int count = _count;
        int control = _control;
        int first = Bounds.Min(count, ChipState.MemorySize - address);
        Array.Copy(_state.Memory, address, Octets, 0, first);
        Array.Copy(_state.Memory, 0, Octets, first, count - first);

        int macon3 = _state.Registers[Register.MACON3];
        bool perPacket = (control & RegisterBits.POVERRIDE) != 0;
        bool append = perPacket ? (control & RegisterBits.PCRCEN) != 0 : (macon3 & RegisterBits.TXCRCEN) != 0;
        bool huge = perPacket ? (control & RegisterBits.PHUGEEN) != 0 : (macon3 & RegisterBits.HFRMEN) != 0;
        int padTo = perPacket
            ? ((control & RegisterBits.PPADEN) != 0 ? 60 : 0)
            : PaddedLength(macon3 >> RegisterBits.PadcfgShift);
        if (padTo > 0 && !append)
        {
            _state.Report(ViolationKind.PaddingWithoutCrc, Register.MACON3);
        }

        int length = count;
        while (length < padTo)
        {
            Octets[length++] = 0;
        }

        if (append)
        {
            uint check = EthernetCrc.Compute(Octets, 0, length);
            Octets[length++] = (byte)check;
            Octets[length++] = (byte)(check >> 8);
            Octets[length++] = (byte)(check >> 16);
            Octets[length++] = (byte)(check >> 24);
        }

        CrcGood = append || (length >= CheckSequenceSize && EthernetCrc.IsGood(Octets, 0, length));
        int longest = _state.Word(Register.MAMXFL);
        TooLong = length > longest && !huge;
        Length = TooLong ? longest : length;
    }

    private int PaddedLength(int configuration)
    {
        switch (configuration)
        {
            case 1:
                return 60;
            case 3:
            case 7:
                return 64;
            case 5:
                return ((Octets[12] << 8) | Octets[13]) == FlowControl.VlanType ? 64 : 60;
            default:
                return 0;
        }
    }
}
