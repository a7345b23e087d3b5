namespace NanoTcp.Emulation;

/// <summary>Which received frames reach the ring, as ERXFCON says (DS39662 chapter 8).</summary>
internal sealed class ReceiveFilter
{
    private const int AddressFilters = RegisterBits.UCEN | RegisterBits.PMEN | RegisterBits.MPEN
        | RegisterBits.HTEN | RegisterBits.MCEN | RegisterBits.BCEN;

    /// <summary>Octets that the pattern match filter looks at (DS39662 8.2).</summary>
    private const int PatternWindow = 64;

    /// <summary>One packet in so many. The erratum does not tell how many there are.</summary>
    private const int LeakRate = 8;

    // In the order in which the octets lie on the wire.
    private static readonly int[] s_stationAddress = new int[]
    {
        Register.MAADR1, Register.MAADR2, Register.MAADR3, Register.MAADR4, Register.MAADR5, Register.MAADR6,
    };

    private readonly ChipState _state;

    internal ReceiveFilter(ChipState state)
    {
        _state = state;
    }

    /// <summary>Whether the frame passes.</summary>
    /// <param name="frame">The frame with its check sequence, at least 18 octets.</param>
    /// <param name="length">Its length.</param>
    /// <param name="crcGood">Whether the check sequence is right.</param>
    internal bool Accepts(byte[] frame, int length, bool crcGood)
    {
        int control = _state.Registers[Register.ERXFCON];
        if ((control & RegisterBits.CRCEN) != 0 && !crcGood)
        {
            return false;
        }

        int enabled = control & AddressFilters;
        if (enabled == 0)
        {
            return true;
        }

        bool all = (control & RegisterBits.ANDOR) != 0;
        for (int bit = RegisterBits.UCEN; bit != 0; bit >>= 1)
        {
            if ((enabled & bit) != 0 && Matches(bit, frame, length) != all)
            {
                return !all;
            }
        }

        return all;
    }

    internal static bool IsBroadcast(byte[] frame)
    {
        return (frame[0] & frame[1] & frame[2] & frame[3] & frame[4] & frame[5]) == 0xFF;
    }

    private bool Matches(int filter, byte[] frame, int length)
    {
        switch (filter)
        {
            case RegisterBits.UCEN:
                return IsOwnAddress(frame, 0);
            case RegisterBits.PMEN:
                return MatchesPattern(frame, length) || Leaks();
            case RegisterBits.MPEN:
                return IsOwnAddress(frame, 0) && HasMagic(frame, length);
            case RegisterBits.HTEN:
                int index = EthernetCrc.HashIndex(frame, 0);
                return (_state.Registers[Register.EHT0 + (index >> 3)] & (1 << (index & 7))) != 0;
            case RegisterBits.MCEN:
                return (frame[0] & 1) != 0;
            default:
                return IsBroadcast(frame);
        }
    }

    private bool IsOwnAddress(byte[] frame, int offset)
    {
        for (int i = 0; i < 6; i++)
        {
            if (frame[offset + i] != _state.Registers[s_stationAddress[i]])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The complemented one's-complement sum of the octets that EPMM picks from 64 at EPMO is EPMCS.</summary>
    private bool MatchesPattern(byte[] frame, int length)
    {
        int start = _state.Word(Register.EPMO);
        if (start + PatternWindow > length)
        {
            return false;
        }

        int sum = 0;
        bool high = true;
        for (int i = 0; i < PatternWindow; i++)
        {
            if ((_state.Registers[Register.EPMM0 + (i >> 3)] & (1 << (i & 7))) != 0)
            {
                sum += high ? frame[start + i] << 8 : frame[start + i];
                high = !high;
            }
        }

        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        return (~sum & 0xFFFF) == _state.Word(Register.EPMCS);
    }

    /// <summary>Erratum 18: the pattern match filter lets packets pass that do not match.</summary>
    private bool Leaks()
    {
        return _state.Options.PatternFilterLeaks && _state.Faults.Below(LeakRate) == 0;
    }

    /// <summary>Six octets FFh and sixteen times the station address anywhere in the data (DS39662 8.3).</summary>
    private bool HasMagic(byte[] frame, int length)
    {
        int run = 0;
        for (int i = 14; i + 96 <= length - 4; i++)
        {
            if (run >= 6 && IsSixteenfoldAddress(frame, i))
            {
                return true;
            }

            run = frame[i] == 0xFF ? run + 1 : 0;
        }

        return false;
    }

    private bool IsSixteenfoldAddress(byte[] frame, int offset)
    {
        for (int i = 0; i < 16; i++)
        {
            if (!IsOwnAddress(frame, offset + (6 * i)))
            {
                return false;
            }
        }

        return true;
    }
}
