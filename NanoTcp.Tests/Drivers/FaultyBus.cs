using System;
using NanoTcp.Drivers.Enc28j60;

namespace NanoTcp.Tests.Drivers;

/// <summary>The wires between driver and chip, with what can go wrong on them and what this chip's silicon does now and then.</summary>
internal sealed class FaultyBus : ISpiBus
{
    private const byte BitFieldSetEcon1 = 0x9F;
    private const byte BitFieldClearEcon1 = 0xBF;
    private const byte SystemReset = 0xFF;
    private const byte WriteMiregadr = 0x54;
    private const byte WriteMiwrh = 0x57;
    private const byte ReadEstat = 0x1D;
    private const int Phstat2 = 0x11;
    private const byte ReadEir = 0x1C;
    private const byte ReadEpktcnt = 0x19;
    private const byte RXBUSY = 0x04;
    private const byte ReadBuffer = 0x3A;
    private const byte TXRTS = 0x08;
    private const byte TXIF = 0x08;
    private const byte TXERIF = 0x02;
    private const int StatusVectorOperation = 8;

    private readonly ISpiBus _chip;
    private readonly byte[] _scratch = new byte[2];
    private readonly byte[] _garbled = new byte[2000];
    private bool _collided;
    private int _bank;
    private int _phyAddress;

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

    /// <summary>How many of the next packet headers have a wrong bit on MISO, both times that the driver reads them.</summary>
    internal int WrongHeaders
    {
        get { return (WrongHeaderReads + 1) / 2; }
        set { WrongHeaderReads = 2 * value; }
    }

    /// <summary>In how many of the next reads of a packet header there is a wrong bit on MISO.</summary>
    internal int WrongHeaderReads { get; set; }

    /// <summary>-1, or after how many octets the next burst of more goes silent, once: MISO reads <see cref="Silence"/> to its end.</summary>
    internal int SilentAfter { get; set; } = -1;

    /// <summary>What MISO reads then: FFh where it is pulled up, 00h where it is not.</summary>
    internal byte Silence { get; set; } = 0xFF;

    /// <summary>Which bit of the header: 0 to 47.</summary>
    internal int WrongHeaderBit { get; set; }

    /// <summary>How many octets of operation length a burst with a packet header has at least.</summary>
    internal int HeaderBurst { get; set; } = 7 + 64;

    /// <summary>How many control register reads go well until one has a wrong bit; -1 for never.</summary>
    internal int WrongReadIn { get; set; } = -1;

    /// <summary>Bits that are turned over in the next read of EIR.</summary>
    internal int WrongEirBits { get; set; }

    /// <summary>Bits that are turned over in the next read of EPKTCNT.</summary>
    internal int WrongCountBits { get; set; }

    /// <summary>Whether ESTAT says that a frame is coming in, whatever happens.</summary>
    internal bool StuckReceiver { get; set; }

    /// <summary>Flips a bit in one transfer of fifty.</summary>
    internal Random? Noise { get; set; }

    /// <summary>How many transfers had a bit flipped by <see cref="Noise"/>.</summary>
    internal int NoisyTransfers { get; private set; }

    /// <summary>Whether MISO is wired to MOSI.</summary>
    internal bool Echo { get; set; }

    /// <summary>Spoils one in <see cref="SpoilOneIn"/> accesses to a MAC or MII register, be it a write or a read (erratum 1).</summary>
    internal Random? MacSpoiler { get; set; }

    internal int SpoilOneIn { get; set; } = 16;

    /// <summary>Whether writes to MAC and MII registers do not reach the chip.</summary>
    internal bool MacDeaf { get; set; }

    /// <summary>-1, or a bank 0 register that reads as if it had never been written.</summary>
    internal int DeafEthAddress { get; set; } = -1;

    /// <summary>Whether MISTAT says that the MII is busy, whatever happens.</summary>
    internal bool StuckMii { get; set; }

    /// <summary>Whether the MII reads FFFFh, as from a PHY without supply.</summary>
    internal bool DeadPhy { get; set; }

    /// <summary>Whether the PHY keeps its values whatever is written.</summary>
    internal bool DeafPhy { get; set; }

    /// <summary>Bits that are set in whatever is read from MIRDL while the PHY is asked for PHSTAT2.</summary>
    internal int Phstat2LowBits { get; set; }

    /// <summary>Bits of ESTAT that read 0.</summary>
    internal int MissingEstatBits { get; set; }

    /// <summary>How many accesses to MAC and MII registers were spoilt.</summary>
    internal int Spoilt { get; private set; }

    /// <summary>How many operations go well until a bit of what is sent is turned over; -1 for never.</summary>
    internal int WrongMosiIn { get; set; } = -1;

    /// <summary>Which bit, counted from the operation's first one; runs on from the last to the first.</summary>
    internal int WrongMosiBit { get; set; }

    /// <summary>Operations that passed, or were lost.</summary>
    internal long Operations { get; private set; }

    public void Transfer(byte[] buffer, int offset, int count)
    {
        Operations++;
        byte opcode = buffer[offset];
        if (Echo)
        {
            return;
        }

        if (!Unplugged)
        {
            if (WrongMosiIn >= 0 && WrongMosiIn-- == 0)
            {
                Garble(buffer, offset, count);
                _chip.Transfer(_garbled, 0, count);
                Array.Copy(_garbled, 0, buffer, offset, count);
            }
            else
            {
                _chip.Transfer(buffer, offset, count);
            }
        }

        SpoilRead(opcode, buffer, offset, count);

        if (StuckMiso >= 0)
        {
            Array.Fill(buffer, (byte)StuckMiso, offset, count);
            return;
        }

        if (opcode < 0x20 && opcode != ReadEir && WrongReadIn >= 0 && WrongReadIn-- == 0)
        {
            buffer[offset + count - 1] ^= 0x04;
        }

        if (opcode == ReadEir)
        {
            buffer[offset + 1] ^= (byte)WrongEirBits;
            WrongEirBits = 0;
        }

        if (opcode == ReadEpktcnt && _bank == 1)
        {
            buffer[offset + 1] ^= (byte)WrongCountBits;
            WrongCountBits = 0;
        }

        if (StuckReceiver && opcode == ReadEstat)
        {
            buffer[offset + 1] |= RXBUSY;
        }

        if (Noise != null && Noise.Next(50) == 0)
        {
            NoisyTransfers++;
            buffer[offset + 1 + Noise.Next(count - 1)] ^= (byte)(1 << Noise.Next(8));
        }

        if (opcode == ReadBuffer && count == HeaderBurst && WrongHeaderReads > 0)
        {
            WrongHeaderReads--;
            buffer[offset + 1 + (WrongHeaderBit / 8)] ^= (byte)(1 << (WrongHeaderBit % 8));
        }

        if (opcode == ReadBuffer && SilentAfter >= 0 && count > SilentAfter)
        {
            Array.Fill(buffer, Silence, offset + SilentAfter, count - SilentAfter);
            SilentAfter = -1;
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
        if (Unplugged || Echo)
        {
            return;
        }

        byte opcode = buffer[offset];
        if (WrongMosiIn >= 0 && WrongMosiIn-- == 0)
        {
            NoteBank(buffer, offset);
            Garble(buffer, offset, count);
            _chip.Write(_garbled, 0, count);
            return;
        }

        NoteBank(buffer, offset);
        if (opcode >> 5 == 2 && IsMac(opcode & 0x1F))
        {
            if (MacDeaf || (DeafPhy && opcode == WriteMiwrh))
            {
                return;
            }

            if (MacSpoiler != null && MacSpoiler.Next(SpoilOneIn) == 0)
            {
                Spoilt++;
                _scratch[0] = opcode;
                _scratch[1] = (byte)(buffer[offset + 1] ^ MacSpoiler.Next(1, 256));
                _chip.Write(_scratch, 0, 2);
                return;
            }
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

    private void SpoilRead(byte opcode, byte[] buffer, int offset, int count)
    {
        int address = opcode & 0x1F;
        if (opcode == ReadEstat)
        {
            buffer[offset + 1] &= (byte)~MissingEstatBits;
        }

        if (opcode == DeafEthAddress && _bank == 0 && count == 2)
        {
            buffer[offset + 1] = 0;
        }

        if (opcode >= 0x20 || !IsMac(address))
        {
            return;
        }

        if (StuckMii && _bank == 3 && address == 0x0A)
        {
            buffer[offset + 2] |= 0x01;
        }

        if (DeadPhy && _bank == 2 && address is 0x18 or 0x19)
        {
            buffer[offset + 2] = 0xFF;
        }

        if (_phyAddress == Phstat2 && _bank == 2 && address == 0x18)
        {
            buffer[offset + 2] |= (byte)Phstat2LowBits;
        }

        if (MacSpoiler != null && MacSpoiler.Next(SpoilOneIn) == 0)
        {
            Spoilt++;
            buffer[offset + 2] ^= (byte)MacSpoiler.Next(1, 256);
        }
    }

    private bool IsMac(int address)
    {
        return (_bank == 2 && address < 0x1A) || (_bank == 3 && (address < 0x06 || address == 0x0A));
    }

    /// <summary>Sees which bank is selected, and which PHY register, as the driver means it.</summary>
    private void NoteBank(byte[] buffer, int offset)
    {
        switch (buffer[offset])
        {
            case BitFieldSetEcon1:
                _bank |= buffer[offset + 1] & 3;
                break;
            case BitFieldClearEcon1:
                _bank &= ~buffer[offset + 1] & 3;
                break;
            case SystemReset:
                _bank = 0;
                break;
            case WriteMiregadr when _bank == 2:
                _phyAddress = buffer[offset + 1];
                break;
            default:
                break;
        }
    }

    private void Garble(byte[] buffer, int offset, int count)
    {
        Array.Copy(buffer, offset, _garbled, 0, count);
        int bit = WrongMosiBit % (8 * count);
        _garbled[bit / 8] ^= (byte)(0x80 >> (bit % 8));
    }
}
