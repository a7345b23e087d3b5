using System.Globalization;

namespace NanoTcp.Host.Emulation;

/// <summary>One thing that the host did and that the data sheet or the errata forbid.</summary>
/// <param name="Kind">Which rule.</param>
/// <param name="Location">The register's name, or the address in the buffer memory.</param>
/// <param name="Address">Bank * 32 + address of a register, or the address in the buffer memory.</param>
/// <param name="Opcode">First octet of the SPI operation during which it was noticed.</param>
/// <param name="Nanoseconds">When, by the simulation's clock.</param>
public sealed record Violation(ViolationKind Kind, string Location, int Address, byte Opcode, long Nanoseconds)
{
    /// <summary>The rule in words.</summary>
    public string What
    {
        get { return ViolationText.Of(Kind); }
    }

    /// <summary>Everything in one line.</summary>
    public override string ToString()
    {
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Kind} at {Location}, opcode {Opcode:X2}h, {Nanoseconds / 1000}.{Nanoseconds % 1000:000} us: {What}");
    }
}
