using System;

namespace NanoTcp.Wire;

/// <summary>The header of an Ethernet II frame: where its fields stand.</summary>
internal static class EthernetHeader
{
    internal const int Length = 14;
    internal const int TypeIpv4 = 0x0800;
    internal const int TypeArp = 0x0806;

    internal const int SourceOffset = 6;
    internal const int TypeOffset = 12;

    /// <summary>In the first octet of an address, which is in bits 7 to 0 of what <see cref="PeekAddress"/> gives: multicast or broadcast.</summary>
    internal const int GroupBit = 0x01;

    /// <summary>An address among the eight octets that one native call reads.</summary>
    internal const long AddressMask = 0xFFFFFFFFFFFF;

    internal static void Write(byte[] buffer, int offset, long destination, long source, int type)
    {
        WriteAddress(buffer, offset, destination);
        WriteAddress(buffer, offset + 6, source);
        buffer[offset + TypeOffset] = (byte)(type >> 8);
        buffer[offset + TypeOffset + 1] = (byte)type;
    }

    /// <summary>
    /// An address as it comes in one native call, its first octet lowest: good enough to compare, and much cheaper than
    /// <see cref="ReadAddress"/>. Two more octets than the address has must be there.
    /// </summary>
    internal static long PeekAddress(byte[] buffer, int offset)
    {
        return BitConverter.ToInt64(buffer, offset) & AddressMask;
    }

    internal static long ReadAddress(byte[] buffer, int offset)
    {
        // The last four octets in one native call, the first two by hand: no read goes past the address.
        uint low = BitConverter.ToUInt32(buffer, offset + 2);
        low = (low >> 24) | ((low >> 8) & 0xFF00) | ((low & 0xFF00) << 8) | (low << 24);
        return ((long)((buffer[offset] << 8) | buffer[offset + 1]) << 32) | low;
    }

    internal static void WriteAddress(byte[] buffer, int offset, long address)
    {
        int high = (int)(address >> 32);
        int low = (int)address;
        buffer[offset] = (byte)(high >> 8);
        buffer[offset + 1] = (byte)high;
        buffer[offset + 2] = (byte)(low >> 24);
        buffer[offset + 3] = (byte)(low >> 16);
        buffer[offset + 4] = (byte)(low >> 8);
        buffer[offset + 5] = (byte)low;
    }
}
