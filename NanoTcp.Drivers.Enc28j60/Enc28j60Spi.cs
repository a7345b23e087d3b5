namespace NanoTcp.Drivers.Enc28j60;

/// <summary>
/// The operations of DS39662 table 4-1: one transfer each, from one reused array with the opcode in front. It knows the
/// selected bank, and changes it only when it has to and only by the bits that differ.
/// </summary>
internal sealed class Enc28j60Spi
{
    /// <summary>Read Buffer Memory.</summary>
    internal const byte RBM = 0x3A;

    /// <summary>Write Buffer Memory.</summary>
    internal const byte WBM = 0x7A;

    /// <summary>The bus, for bursts that lie in the caller's own buffer.</summary>
    internal readonly ISpiBus Bus;

    /// <summary>Room for an opcode and the seven octets of the transmit status vector.</summary>
    internal readonly byte[] Scratch = new byte[8];

    private const int RCR = 0x00;
    private const int WCR = 0x40;
    private const int BFS = 0x80;
    private const int BFC = 0xA0;
    private const int SRC = 0xFF;
    private const int UnknownBank = -1;
    private const int Nothing = -1;

    private int _bank = UnknownBank;
    private int _owedRegister = Nothing;
    private int _owedValue;

    internal Enc28j60Spi(ISpiBus bus)
    {
        Bus = bus;
    }

    /// <summary>What ECON1.BSEL must read; only valid after an access to a banked register.</summary>
    internal int Bank
    {
        get { return _bank; }
    }

    /// <summary>Whether a write is owed; while one is, bank 0 is selected.</summary>
    internal bool Owes
    {
        get { return _owedRegister != Nothing; }
    }

    /// <summary>Read Control Register.</summary>
    internal int Read(int register)
    {
        int address = register & Enc28j60Registers.AddressMask;
        if (address < Enc28j60Registers.FirstCommonAddress)
        {
            SelectBank((register >> Enc28j60Registers.BankShift) & Enc28j60Registers.BankMask);
        }

        byte[] scratch = Scratch;
        scratch[0] = (byte)(RCR | address);
        scratch[1] = 0;
        if ((register & Enc28j60Registers.MacGroup) == 0)
        {
            Bus.Transfer(scratch, 0, 2);
            return scratch[1];
        }

        // MAC and MII registers answer after a dummy octet (DS39662 4.2.1).
        scratch[2] = 0;
        Bus.Transfer(scratch, 0, 3);
        return scratch[2];
    }

    /// <summary>Reads a common register while something else than zeros is sent, which the chip does not look at.</summary>
    internal int Probe(int commonRegister, int sent)
    {
        Scratch[0] = (byte)(RCR | commonRegister);
        Scratch[1] = (byte)sent;
        Bus.Transfer(Scratch, 0, 2);
        return Scratch[1];
    }

    /// <summary>Write Control Register. Not for EIR and ECON1, which the chip changes by itself.</summary>
    internal void Write(int register, int value)
    {
        int address = register & Enc28j60Registers.AddressMask;
        if (address < Enc28j60Registers.FirstCommonAddress)
        {
            SelectBank((register >> Enc28j60Registers.BankShift) & Enc28j60Registers.BankMask);
        }

        Issue(WCR | address, value);
    }

    /// <summary>Writes a pointer, the low octet first because ERXRDPTH makes ERXRDPTL take effect (DS39662 6.1).</summary>
    internal void WritePointer(int lowRegister, int value)
    {
        Write(lowRegister, value & 0xFF);
        Write(lowRegister + 1, value >> 8);
    }

    /// <summary>
    /// Puts off a write to a register of bank 0, which is selected, until another bank is about to be: to come back for it
    /// would take an operation more than the write itself.
    /// </summary>
    internal void Owe(int register, int value)
    {
        _owedRegister = register;
        _owedValue = value;
    }

    /// <summary>Writes what is owed.</summary>
    internal void Settle()
    {
        if (_owedRegister != Nothing)
        {
            Issue(WCR | _owedRegister, _owedValue);
            _owedRegister = Nothing;
        }
    }

    /// <summary>Bit Field Set on one of the registers that all banks share.</summary>
    internal void SetBits(int commonRegister, int mask)
    {
        Issue(BFS | commonRegister, mask);
    }

    /// <summary>Bit Field Clear on one of the registers that all banks share.</summary>
    internal void ClearBits(int commonRegister, int mask)
    {
        Issue(BFC | commonRegister, mask);
    }

    /// <summary>Selects a bank with none, one or two operations, and one more if a write is owed.</summary>
    internal void SelectBank(int bank)
    {
        if (bank == _bank)
        {
            return;
        }

        Settle();
        int clear = _bank == UnknownBank ? Enc28j60Bits.BSEL : _bank & ~bank;
        int set = _bank == UnknownBank ? bank : bank & ~_bank;
        if (clear != 0)
        {
            Issue(BFC | Enc28j60Registers.ECON1, clear);
        }

        if (set != 0)
        {
            Issue(BFS | Enc28j60Registers.ECON1, set);
        }

        _bank = bank;
    }

    /// <summary>Clears bits of ECON1 and selects bank 0 with the same operation.</summary>
    internal void ClearEcon1AndSelectBank0(int mask)
    {
        Issue(BFC | Enc28j60Registers.ECON1, mask | Enc28j60Bits.BSEL);
        _bank = 0;
    }

    /// <summary>Sets bits of ECON1 and, coming from bank 0, selects bank 1 with the same operation.</summary>
    internal void SetEcon1AndSelectBank1(int mask)
    {
        SelectBank(0);
        Issue(BFS | Enc28j60Registers.ECON1, mask | 1);
        _bank = 1;
    }

    /// <summary>System Reset Command. The bank is unknown afterwards, because the chip may not have heard it.</summary>
    internal void Reset()
    {
        Scratch[0] = SRC;
        Bus.Write(Scratch, 0, 1);
        ForgetBank();
    }

    /// <summary>Says that the chip may have another bank selected than the driver believes. What was owed is void.</summary>
    internal void ForgetBank()
    {
        _owedRegister = Nothing;
        _bank = UnknownBank;
    }

    private void Issue(int opcode, int value)
    {
        byte[] scratch = Scratch;
        scratch[0] = (byte)opcode;
        scratch[1] = (byte)value;
        Bus.Write(scratch, 0, 2);
    }
}
