using System;

namespace NanoTcp.Drivers.Enc28j60;

/// <summary>
/// The registers that must keep their values, as one table: it is written at initialisation, read back to see whether
/// the chip holds it, and compared again and again while the chip runs. Only the filters change after that.
/// </summary>
internal sealed class Enc28j60Configuration
{
    /// <summary>What <see cref="Place"/> returns when all registers hold their values.</summary>
    internal const int AllHold = -1;

    /// <summary>The rows that the chip has not been told of yet, a bit each; for reading only.</summary>
    internal long Changes;

    private const int Capacity = 34;

    private readonly Enc28j60Spi _spi;
    private readonly byte[] _registers = new byte[Capacity];
    private readonly byte[] _values = new byte[Capacity];

    internal Enc28j60Configuration(Enc28j60Spi spi, long macAddress, bool fullDuplex, bool interruptPin)
    {
        _spi = spi;
        int n = 0;

        // In the order of the banks, so that going through the table changes the bank three times.
        n = Add(n, Enc28j60Registers.ERXSTL, Enc28j60Receiver.RingStart & 0xFF);
        n = Add(n, Enc28j60Registers.ERXSTH, Enc28j60Receiver.RingStart >> 8);
        n = Add(n, Enc28j60Registers.ERXNDL, Enc28j60Receiver.RingEnd & 0xFF);
        n = Add(n, Enc28j60Registers.ERXNDH, Enc28j60Receiver.RingEnd >> 8);
        n = Add(n, Enc28j60Registers.ETXSTL, Enc28j60Transmitter.SlotStart & 0xFF);
        n = Add(n, Enc28j60Registers.ETXSTH, Enc28j60Transmitter.SlotStart >> 8);

        // What is in these says Enc28j60Filter.
        for (int register = Enc28j60Registers.EHT0; register <= Enc28j60Registers.EHT7; register++)
        {
            n = Add(n, register, 0);
        }

        n = Add(n, Enc28j60Registers.ERXFCON, 0);

        // Pause frames mean something in full duplex only (DS39662 10).
        n = Add(n, Enc28j60Registers.MACON1, fullDuplex
            ? Enc28j60Bits.MARXEN | Enc28j60Bits.RXPAUS | Enc28j60Bits.TXPAUS
            : Enc28j60Bits.MARXEN);
        n = Add(n, Enc28j60Registers.MACON3, Enc28j60Bits.PadTo60 | Enc28j60Bits.TXCRCEN | Enc28j60Bits.FRMLNEN
            | (fullDuplex ? Enc28j60Bits.FULDPX : 0));

        // Waits for the medium as long as it takes, as IEEE 802.3 asks, instead of aborting (DS39662 register 6-3).
        n = Add(n, Enc28j60Registers.MACON4, Enc28j60Bits.DEFER);

        // The gaps that DS39662 6.5 recommends: 9.6 us between frames.
        n = Add(n, Enc28j60Registers.MABBIPG, fullDuplex ? 0x15 : 0x12);
        n = Add(n, Enc28j60Registers.MAIPGL, 0x12);
        if (!fullDuplex)
        {
            n = Add(n, Enc28j60Registers.MAIPGH, 0x0C);

            // The widest collision window: fewer collisions are late, and the hardware retries the others by itself.
            // Six repetitions by the hardware, which back off for 6 ms together at the most, instead of fifteen, which
            // may take 366: a transmission that takes longer than the transmitter waits is then one that hangs. The
            // transmitter begins again from there.
            n = Add(n, Enc28j60Registers.MACLCON1, 6);
            n = Add(n, Enc28j60Registers.MACLCON2, 0x3F);
        }

        n = Add(n, Enc28j60Registers.MAMXFLL, Enc28j60Receiver.LongestPacket & 0xFF);
        n = Add(n, Enc28j60Registers.MAMXFLH, Enc28j60Receiver.LongestPacket >> 8);

        n = Add(n, Enc28j60Registers.MAADR1, (int)(macAddress >> 40));
        n = Add(n, Enc28j60Registers.MAADR2, (int)(macAddress >> 32));
        n = Add(n, Enc28j60Registers.MAADR3, (int)(macAddress >> 24));
        n = Add(n, Enc28j60Registers.MAADR4, (int)(macAddress >> 16));
        n = Add(n, Enc28j60Registers.MAADR5, (int)(macAddress >> 8));
        n = Add(n, Enc28j60Registers.MAADR6, (int)macAddress);

        // Never written by anybody; but in half duplex a wrong bit in EFLOCON.FCEN jams the whole segment (DS39662 10),
        // and one in EBSTCON starts a self-test that fills the memory. EFLOCON.FULDPXS mirrors MACON3.FULDPX.
        n = Add(n, Enc28j60Registers.EBSTCON, 0);
        n = Add(n, Enc28j60Registers.EFLOCON, fullDuplex ? Enc28j60Bits.FULDPXS : 0);

        // Only PKTIE: then INT is low exactly while packets wait, and after EPKTCNT was seen at 0 the next packet makes
        // an edge. Any other flag could hold the pin low over a packet's arrival.
        n = Add(n, Enc28j60Registers.EIE, interruptPin ? Enc28j60Bits.INTIE | Enc28j60Bits.PKTIE : 0);

        _registers = Exactly(_registers, n);
        _values = Exactly(_values, n);
    }

    /// <summary>Writes the table, each register until it holds.</summary>
    /// <returns><see cref="AllHold"/>, or the row that does not hold.</returns>
    internal int Place()
    {
        for (int i = 0; i < _registers.Length; i++)
        {
            if (!Enc28j60Verification.Place(_spi, _registers[i], _values[i]))
            {
                return i;
            }
        }

        // What a write that went astray did to the others, and what only seemed to hold.
        for (int i = 0; i < _registers.Length; i++)
        {
            if (!Enc28j60Verification.Holds(_spi, _registers[i], 0xFF, _values[i])
                && !Enc28j60Verification.Place(_spi, _registers[i], _values[i]))
            {
                return i;
            }
        }

        Changes = 0;
        return AllHold;
    }

    /// <summary>Says what a register is to hold from now on; the chip is told by <see cref="WriteChanges"/>.</summary>
    internal void Change(int register, int value)
    {
        int row = Row(register);
        if (_values[row] != (byte)value)
        {
            _values[row] = (byte)value;
            Changes |= 1L << row;
        }
    }

    /// <summary>Writes the rows that were changed since they were written last.</summary>
    internal void WriteChanges()
    {
        for (int i = 0; Changes != 0; i++)
        {
            long bit = 1L << i;
            if ((Changes & bit) != 0)
            {
                _spi.Write(_registers[i], _values[i]);
                Changes &= ~bit;
            }
        }
    }

    /// <summary>Whether the registers of a bank hold their values; those that all banks share count as bank 0's.</summary>
    internal bool Holds(int bank)
    {
        // While the hash filter is off its table means nothing, and is not worth eight reads.
        bool hashing = (_values[Row(Enc28j60Registers.ERXFCON)] & Enc28j60Bits.HTEN) != 0;
        byte[] registers = _registers;
        for (int i = 0; i < registers.Length; i++)
        {
            int register = registers[i];
            if (!hashing && register >= Enc28j60Registers.EHT0 && register <= Enc28j60Registers.EHT7)
            {
                continue;
            }

            if (((register >> Enc28j60Registers.BankShift) & Enc28j60Registers.BankMask) == bank
                && !Enc28j60Verification.Holds(_spi, register, 0xFF, _values[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Which register a row is.</summary>
    internal int RegisterOf(int row)
    {
        return _registers[row];
    }

    /// <summary>What a row's register should hold.</summary>
    internal int ValueOf(int row)
    {
        return _values[row];
    }

    private static byte[] Exactly(byte[] table, int length)
    {
        byte[] exact = new byte[length];
        Array.Copy(table, exact, length);
        return exact;
    }

    private int Row(int register)
    {
        int row = 0;
        while (_registers[row] != register)
        {
            row++;
        }

        return row;
    }

    private int Add(int index, int register, int value)
    {
        _registers[index] = (byte)register;
        _values[index] = (byte)value;
        return index + 1;
    }
}
