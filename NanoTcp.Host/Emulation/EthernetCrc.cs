namespace NanoTcp.Emulation;

/// <summary>The frame check sequence of IEEE 802.3 3.2.9, eight octets a step, and the hash filter's index made of it.</summary>
internal static class EthernetCrc
{
    private const uint ReflectedPolynomial = 0xEDB88320;

    /// <summary>What the register holds after a frame and its own correct frame check sequence, before inversion.</summary>
    private const uint Residue = 0xDEBB20E3;

    private static readonly uint[] s_table = BuildTable();

    /// <summary>The check sequence of a range; its least significant octet goes on the wire first.</summary>
    internal static uint Compute(byte[] data, int offset, int count)
    {
        return ~Run(data, offset, count);
    }

    /// <summary>Whether a range that ends in a check sequence is what was sent.</summary>
    internal static bool IsGood(byte[] data, int offset, int count)
    {
        return Run(data, offset, count) == Residue;
    }

    /// <summary>
    /// The bit of EHT that a destination address selects: bits 28 to 23 of the CRC register after six octets (DS39662 8.4).
    /// </summary>
    internal static int HashIndex(byte[] address, int offset)
    {
        uint reflected = Run(address, offset, 6);
        int index = 0;
        for (int bit = 3; bit <= 8; bit++)
        {
            // The register is kept reflected: its bit k is bit 31 - k of the CRC as polynomials are written.
            index = (index << 1) | (int)((reflected >> bit) & 1);
        }

        return index;
    }

    private static uint Run(byte[] data, int offset, int count)
    {
        uint[] table = s_table;
        uint crc = 0xFFFFFFFF;
        int i = offset;
        int end = offset + count;
        while (end - i >= 8)
        {
            uint low = crc ^ (data[i] | ((uint)data[i + 1] << 8) | ((uint)data[i + 2] << 16) | ((uint)data[i + 3] << 24));
            crc = table[0x700 + (low & 0xFF)]
                ^ table[0x600 + ((low >> 8) & 0xFF)]
                ^ table[0x500 + ((low >> 16) & 0xFF)]
                ^ table[0x400 + (low >> 24)]
                ^ table[0x300 + data[i + 4]]
                ^ table[0x200 + data[i + 5]]
                ^ table[0x100 + data[i + 6]]
                ^ table[data[i + 7]];
            i += 8;
        }

        while (i < end)
        {
            crc = (crc >> 8) ^ table[(crc ^ data[i]) & 0xFF];
            i++;
        }

        return crc;
    }

    private static uint[] BuildTable()
    {
        uint[] table = new uint[8 * 256];
        for (uint n = 0; n < 256; n++)
        {
            uint value = n;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? (value >> 1) ^ ReflectedPolynomial : value >> 1;
            }

            table[n] = value;
        }

        for (int slice = 1; slice < 8; slice++)
        {
            for (int n = 0; n < 256; n++)
            {
                uint previous = table[((slice - 1) * 256) + n];
                table[(slice * 256) + n] = (previous >> 8) ^ table[previous & 0xFF];
            }
        }

        return table;
    }
}
