using System;
using NanoTcp.Drivers.Enc28j60;

namespace NanoTcp.Tests.Drivers;

/// <summary>The wires between driver and chip, with what can go wrong on them and what this chip's silicon does now and then.</summary>
internal sealed class FaultyBus : ISpiBus
{
    private const byte BitFieldSetEcon1 = 0x9F;
    private const byte ReadEir = 0x1C;
    private const byte ReadEstat = 0x1D;
    private const byte RXBUSY = 0x04;
    private const byte ReadBuffer = 0x3A;
    private const byte TXRTS = 0x08;
    private const byte TXIF = 0x08;
    private const byte TXERIF = 0x02;
    private const int StatusVectorOperation = 8;

    private readonly ISpiBus _chip;
    private readonly byte[] _scratch = new byte[2];
    private bool _collided;

    internal FaultyBus(ISpiBus chip)
    {
        _chip = chip;
    }

    /// <summary>-1, or the octet that MISO always reads: 00h shorted to ground, FFh open with a pull-up.</summary>
    internal int StuckMiso { get; set; } = -1;

    /// <summary>Whether nothing reaches the chip: unplugged, or not powered.</summary>
    internal bool Unplugged { get; set; }

    /// <summary>How many settings of TXRTS the chip will not see, so that these transmissions never end.</summary>
    internal int LostTransmitRequests { get; set; }

    /// <summary>How many transmissions end in a late collision, with TXERIF and the status vector to say so.</summary>
    internal int LateCollisions { get; set; }

    /// <summary>How many transmissions are given up after too many collisions.</summary>
    internal int ExcessiveCollisions { get; set; }

    /// <summary>How many of the next packet headers have a wrong bit on MISO.</summary>
    internal int WrongHeaders { get; set; }

    /// <summary>Which bit of the header: 0 to 47.</summary>
    internal int WrongHeaderBit { get; set; }

    /// <summary>How many octets of operation length a burst with a packet header has at least.</summary>
    internal int HeaderBurst { get; set; } = 7 + 64;

    /// <summary>How many control register reads go well until one has a wrong bit; -1 for never.</summary>
    internal int WrongReadIn { get; set; } = -1;

    /// <summary>Whether ESTAT says that a frame is coming in, whatever happens.</summary>
    internal bool StuckReceiver { get; set; }

    /// <summary>Flips a bit in one transfer of fifty.</summary>
    internal Random? Noise { get; set; }

    /// <summary>Operations that passed, or were lost.</summary>
    internal long Operations { get; private set; }

    public void Transfer(byte[] buffer, int offset, int count)
    {
        Operations++;
        byte opcode = buffer[offset];
        if (!Unplugged)
        {
            _chip.Transfer(buffer, offset, count);
        }

        if (StuckMiso >= 0)
        {
            Array.Fill(buffer, (byte)StuckMiso, offset, count);
            return;
        }

        if (opcode < 0x20 && opcode != ReadEir && WrongReadIn >= 0 && WrongReadIn-- == 0)
        {
            buffer[offset + count - 1] ^= 0x04;
        }

        if (StuckReceiver && opcode == ReadEstat)
        {
            buffer[offset + 1] |= RXBUSY;
        }

        if (Noise != null && Noise.Next(50) == 0)
        {
            buffer[offset + 1 + Noise.Next(count - 1)] ^= (byte)(1 << Noise.Next(8));
        }

        if (opcode == ReadBuffer && count == HeaderBurst && WrongHeaders > 0)
        {
            WrongHeaders--;
            buffer[offset + 1 + (WrongHeaderBit / 8)] ^= (byte)(1 << (WrongHeaderBit % 8));
        }

        if (_collided && opcode == ReadEir)
        {
            buffer[offset + 1] |= TXERIF | TXIF;
        }

        if (_collided && opcode == ReadBuffer && count == StatusVectorOperation)
        {
            _collided = false;
            buffer[offset + 1 + 3] = LateCollisions > 0 ? (byte)0x20 : (byte)0x10;
            if (LateCollisions > 0)
            {
                LateCollisions--;
            }
            else
            {
                ExcessiveCollisions--;
            }
        }
    }

    public void Write(byte[] buffer, int offset, int count)
    {
        Operations++;
        if (Unplugged)
        {
            return;
        }

        if (buffer[offset] == BitFieldSetEcon1 && (buffer[offset + 1] & TXRTS) != 0)
        {
            bool lost = LostTransmitRequests > 0;
            _collided = !lost && LateCollisions + ExcessiveCollisions > 0;
            if (lost || _collided)
            {
                if (lost)
                {
                    LostTransmitRequests--;
                }

                _scratch[0] = BitFieldSetEcon1;
                _scratch[1] = (byte)(buffer[offset + 1] & ~TXRTS);
                _chip.Write(_scratch, 0, 2);
                return;
            }
        }

        _chip.Write(buffer, offset, count);
    }
}
