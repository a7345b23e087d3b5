namespace NanoTcp.Emulation;

/// <summary>One thing that the host did and that the data sheet or the errata forbid.</summary>
public sealed class Violation
{
    private const string HexDigits = "0123456789ABCDEF";

    private readonly bool _inMemory;

    internal Violation(ViolationKind kind, int address, bool inMemory, byte opcode, long nanoseconds, bool provoked)
    {
        Kind = kind;
        Address = address;
        _inMemory = inMemory;
        Opcode = opcode;
        Nanoseconds = nanoseconds;
        Provoked = provoked;
    }

    /// <summary>Which rule.</summary>
    public ViolationKind Kind { get; }

    /// <summary>Bank * 32 + address of a register, or the address in the buffer memory.</summary>
    public int Address { get; }

    /// <summary>First octet of the SPI operation during which it was noticed.</summary>
    public byte Opcode { get; }

    /// <summary>When, by the simulation's clock.</summary>
    public long Nanoseconds { get; }

    /// <summary>Whether a fault had deceived the host, or spoilt what it said, shortly before: see <see cref="Enc28j60Faults"/>.</summary>
    public bool Provoked { get; }

    /// <summary>The register's name, or the address in the buffer memory.</summary>
    public string Location
    {
        get { return _inMemory ? "memory " + Hex(Address, 4) + "h" : RegisterMap.NameOf(Address); }
    }

    /// <summary>The rule in words.</summary>
    public string What
    {
        get { return ViolationText.Of(Kind); }
    }

    /// <summary>Everything in one line.</summary>
    public override string ToString()
    {
        string fraction = (Nanoseconds % 1000).ToString();
        while (fraction.Length < 3)
        {
            fraction = "0" + fraction;
        }

        // Not the name of the kind: the device prints a number for it.
        return Location + ", opcode " + Hex(Opcode, 2) + "h, "
            + (Nanoseconds / 1000).ToString() + "." + fraction + " us" + (Provoked ? ", provoked by a fault" : "") + ": " + What;
    }

    internal static string Hex(int value, int digits)
    {
        char[] text = new char[digits];
        for (int i = digits - 1; i >= 0; i--)
        {
            text[i] = HexDigits[value & 0xF];
            value >>= 4;
        }

        return new string(text);
    }
}
