namespace NanoTcp.Drivers.Enc28j60;

/// <summary>
/// The driver's own view of an SPI device: mode 0, most significant bit first, chip select held low for exactly one call.
/// </summary>
/// <remarks>
/// One chip operation is one call with the opcode and its data in the same array, because every call costs a managed
/// call, temporaries on the heap and a chip-select gap. An adapter over a vendor's SPI class is a page of code.
/// After a transfer the adapter holds chip select for at least 210 ns (DS39662 table 16-6, T_CSH for MAC and MII registers).
/// </remarks>
public interface ISpiBus
{
    /// <summary>
    /// Clocks <paramref name="count"/> octets out of the buffer while the octets clocked in replace them.
    /// </summary>
    /// <param name="buffer">The array; borrowed for the call.</param>
    /// <param name="offset">First octet to send and to overwrite.</param>
    /// <param name="count">1 to 16,384.</param>
    void Transfer(byte[] buffer, int offset, int count);

    /// <summary>Clocks <paramref name="count"/> octets out and ignores what comes in; the buffer is not changed.</summary>
    /// <param name="buffer">The array; borrowed for the call.</param>
    /// <param name="offset">First octet to send.</param>
    /// <param name="count">1 to 16,384.</param>
    void Write(byte[] buffer, int offset, int count);
}
