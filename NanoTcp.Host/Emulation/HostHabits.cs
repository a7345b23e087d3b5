namespace NanoTcp.Emulation;

/// <summary>
/// Watches in which order a host asks: what it does right may still rest on something that the errata call unreliable
/// (DS80349 erratum 6, DS39662 7.2.4 and 7.2.5).
/// </summary>
internal sealed class HostHabits
{
    /// <summary>Nothing of interest came last.</summary>
    private const int Elsewhere = 0;

    /// <summary>EPKTCNT was read last.</summary>
    private const int Counted = 1;

    /// <summary>ERXWRPT is being read, after EPKTCNT.</summary>
    private const int Bracketed = 2;

    /// <summary>ERXWRPT is being read, and has been reported.</summary>
    private const int Reported = 3;

    private readonly ChipState _state;
    private int _announced;
    private int _reading;

    internal HostHabits(ChipState state)
    {
        _state = state;
    }

    internal void Reset()
    {
        _announced = 0;
        _reading = Elsewhere;
    }

    /// <summary>The host has read EPKTCNT: so many packets it knows of.</summary>
    internal void Announce(int packets)
    {
        _announced = packets;
    }

    /// <summary>
    /// The host frees a packet. If no EPKTCNT has told it that there is one, it has gone by EIR.PKTIF, or guessed.
    /// </summary>
    internal void TakePacket()
    {
        if (_announced == 0)
        {
            _state.Report(ViolationKind.PacketTakenUnannounced, Register.ECON2);
            return;
        }

        _announced--;
    }

    /// <summary>
    /// An operation begins. ERXWRPT has two octets, and a packet may come in between the reads: EPKTCNT is read before
    /// and after them, and if it is the same twice ERXWRPT is right. Bank changes in between are of no concern.
    /// </summary>
    /// <param name="opcode">Its first octet.</param>
    /// <param name="data">Its second one.</param>
    internal void Note(int opcode, int data)
    {
        if ((opcode == 0x9F || opcode == 0xBF) && (data & ~RegisterBits.BSEL) == 0)
        {
            return;
        }

        int register = opcode < 0x20
            ? Register.IndexOf(_state.Registers[Register.ECON1] & RegisterBits.BSEL, opcode)
            : -1;
        if (register is Register.ERXWRPT or Register.ERXWRPT + 1)
        {
            if (_reading == Elsewhere && _state.Has(Register.ECON1, RegisterBits.RXEN))
            {
                _state.Report(ViolationKind.WritePointerReadAlone, Register.ERXWRPT);
                _reading = Reported;
            }
            else if (_reading == Counted)
            {
                _reading = Bracketed;
            }

            return;
        }

        bool counts = register == Register.EPKTCNT;
        if (_reading == Bracketed && !counts && _state.Has(Register.ECON1, RegisterBits.RXEN))
        {
            _state.Report(ViolationKind.WritePointerReadAlone, Register.ERXWRPT);
        }

        _reading = counts ? Counted : Elsewhere;
    }
}
