using System;

namespace NanoTcp.Drivers.Enc28j60;

/// <summary>
/// Which frames the chip takes: works out ERXFCON and the hash table from what was asked for (DS39662 8), and puts them
/// into the configuration. Does not touch the chip.
/// </summary>
internal sealed class Enc28j60Filter
{
    /// <summary>Milliseconds for which broadcasts are counted together, and for which they are refused when there were too many.</summary>
    internal const int Window = 250;

    private const int WindowsPerSecond = 4;

    // The bits of _marks.
    private const int PromiscuousMark = 1;
    private const int MagicMark = 2;
    private const int WindowOpen = 4;
    private const int ThrottlingMark = 8;

    // An element of _groups: the address in bits 47 to 0, and above it how often it is joined; 0 when free.
    private const long AddressMask = 0xFFFFFFFFFFFF;
    private const long OneJoin = 1L << 48;
    private const int JoinsShift = 48;
    private const int MostJoins = 0x7FFF;

    /// <summary>The bit of the hash table that FF-FF-FF-FF-FF-FF belongs to; that of mDNS is the same.</summary>
    private const int BroadcastIndex = 62;

    private const int HashTableSize = 8;

    private readonly Enc28j60Configuration _configuration;

    /// <summary>The joined groups; the last element is the hash table that they make.</summary>
    private readonly long[] _groups;

    private readonly int _limit;
    private long _windowEnd;
    private int _marks;

    internal Enc28j60Filter(Enc28j60Configuration configuration, int groups, int broadcastLimit, bool promiscuous)
    {
        _configuration = configuration;
        _groups = new long[groups + 1];
        _limit = broadcastLimit == 0
            ? int.MaxValue
            : (broadcastLimit / WindowsPerSecond) + (broadcastLimit % WindowsPerSecond == 0 ? 0 : 1);
        SetPromiscuous(promiscuous);
    }

    /// <summary>Whether all frames are asked for.</summary>
    internal bool IsPromiscuous
    {
        get { return (_marks & PromiscuousMark) != 0; }
    }

    /// <summary>Whether broadcasts are refused at the moment, until <see cref="WindowEnd"/>.</summary>
    internal bool IsThrottling
    {
        get { return (_marks & ThrottlingMark) != 0; }
    }

    /// <summary>When the current window ends.</summary>
    internal long WindowEnd
    {
        get { return _windowEnd; }
    }

    /// <summary>Asks for all frames, or no longer.</summary>
    internal void SetPromiscuous(bool on)
    {
        Mark(PromiscuousMark, on);
    }

    /// <summary>Asks for magic packets only, or no longer.</summary>
    internal void SetMagic(bool on)
    {
        Mark(MagicMark, on);
    }

    /// <summary>As <see cref="NanoTcp.Link.IMulticastFilter.Join"/>.</summary>
    internal void Join(long group)
    {
        CheckGroup(group);
        int free = -1;
        for (int i = _groups.Length - 2; i >= 0; i--)
        {
            long entry = _groups[i];
            if (entry == 0)
            {
                free = i;
            }
            else if ((entry & AddressMask) == group)
            {
                if (entry >> JoinsShift == MostJoins)
                {
                    throw new InvalidOperationException("This group is joined too often.");
                }

                _groups[i] = entry + OneJoin;
                return;
            }
        }

        if (free < 0)
        {
            throw new InvalidOperationException("As many groups are joined as Enc28j60Options.MulticastGroups says.");
        }

        _groups[free] = group + OneJoin;
        RebuildHashTable();
    }

    /// <summary>As <see cref="NanoTcp.Link.IMulticastFilter.Leave"/>.</summary>
    internal void Leave(long group)
    {
        CheckGroup(group);
        for (int i = _groups.Length - 2; i >= 0; i--)
        {
            long entry = _groups[i];
            if ((entry & AddressMask) == group)
            {
                entry -= OneJoin;
                _groups[i] = entry >> JoinsShift == 0 ? 0 : entry;
                RebuildHashTable();
                return;
            }
        }

        throw new InvalidOperationException("This group is not joined.");
    }

    /// <summary>
    /// Keeps a storm of broadcasts from taking all the time there is. A window begins with a broadcast; when it has brought
    /// its share of the limit, another one begins in which the chip drops them.
    /// </summary>
    /// <returns>True when that begins now.</returns>
    internal bool Watch(Enc28j60Receiver receiver, long now)
    {
        if ((_marks & WindowOpen) == 0)
        {
            _marks |= WindowOpen;
            _windowEnd = now + Window;
        }

        if (receiver.Broadcasts >= _limit && (_marks & (ThrottlingMark | PromiscuousMark | MagicMark)) == 0)
        {
            _windowEnd = now + Window;
            Mark(ThrottlingMark, true);
            return true;
        }

        if (now >= _windowEnd)
        {
            receiver.Broadcasts = 0;
            Mark(WindowOpen | ThrottlingMark, false);
        }

        return false;
    }

    /// <summary>Which of the 64 bits of the hash table an address belongs to (DS39662 8.5).</summary>
    internal static int HashIndex(long address)
    {
        // Bits 28 to 23 of the CRC-32 of the address, its octets from the first one on the wire and each from its low
        // bit, without the inversion at the end. A bit at a time: this is not for the path of frames.
        int crc = -1;
        for (int shift = 40; shift >= 0; shift -= 8)
        {
            int octet = (int)(address >> shift);
            for (int bit = 0; bit < 8; bit++)
            {
                bool divide = (((crc >> 31) ^ (octet >> bit)) & 1) != 0;
                crc <<= 1;
                if (divide)
                {
                    crc ^= 0x04C11DB7;
                }
            }
        }

        return (crc >> 23) & 0x3F;
    }

    private static void CheckGroup(long address)
    {
        if ((address & ~AddressMask) != 0 || !Wire.MacAddress.IsGroup(address))
        {
            throw new ArgumentException("A group's MAC address has 48 bits, and the lowest bit of its first octet is set.", nameof(address));
        }

        if (address == Wire.MacAddress.Broadcast)
        {
            throw new ArgumentException("Broadcasts are always taken; they are no group.", nameof(address));
        }
    }

    private void Mark(int marks, bool on)
    {
        _marks = on ? _marks | marks : _marks & ~marks;
        Compose();
    }

    private void RebuildHashTable()
    {
        long table = 0;
        for (int i = _groups.Length - 2; i >= 0; i--)
        {
            if (_groups[i] != 0)
            {
                table |= 1L << HashIndex(_groups[i]);
            }
        }

        _groups[_groups.Length - 1] = table;
        Compose();
    }

    /// <summary>Puts what follows from all wishes into the configuration. The one place where ERXFCON is composed.</summary>
    private void Compose()
    {
        // Erratum 18: the pattern match filter lets packets pass that do not match. PMEN is never set.
        // One filter that says yes is enough, because ANDOR is never set either; none of them set means that every
        // frame passes whose check sequence is right.
        int control = Enc28j60Bits.CRCEN;
        long table = _groups[_groups.Length - 1];
        if ((_marks & MagicMark) != 0)
        {
            control |= Enc28j60Bits.MPEN;
        }
        else if ((_marks & PromiscuousMark) == 0)
        {
            control |= Enc28j60Bits.UCEN;
            if ((_marks & ThrottlingMark) == 0)
            {
                control |= Enc28j60Bits.BCEN;
            }
            else
            {
                // The hash filter would let broadcasts in by the back door.
                table &= ~(1L << BroadcastIndex);
            }

            if (table != 0)
            {
                control |= Enc28j60Bits.HTEN;
            }
        }

        _configuration.Change(Enc28j60Registers.ERXFCON, control);
        for (int i = 0; i < HashTableSize; i++)
        {
            _configuration.Change(Enc28j60Registers.EHT0 + i, (int)(table >> (8 * i)));
        }
    }
}
