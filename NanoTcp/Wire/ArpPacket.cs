namespace NanoTcp.Wire;

/// <summary>An ARP packet for IPv4 over Ethernet (RFC 826), parsed once into plain fields.</summary>
internal sealed class ArpPacket
{
    internal const int Length = 28;
    internal const int OperationRequest = 1;
    internal const int OperationReply = 2;

    private const int HardwareEthernet = 1;
    private const int SenderMacOffset = 8;
    private const int SenderAddressOffset = 14;
    private const int TargetMacOffset = 18;
    private const int TargetAddressOffset = 24;

    internal int Operation;
    internal long SenderMac;
    internal uint SenderAddress;
    internal uint TargetAddress;

    /// <summary>Reads the packet; false when it is not ARP for IPv4 over Ethernet or lies about its lengths.</summary>
    internal bool Parse(byte[] buffer, int offset, int length)
    {
        if (length < Length
            || BigEndian.ReadUInt16(buffer, offset) != HardwareEthernet
            || BigEndian.ReadUInt16(buffer, offset + 2) != EthernetHeader.TypeIpv4
            || buffer[offset + 4] != 6
            || buffer[offset + 5] != 4)
        {
            return false;
        }

        Operation = BigEndian.ReadUInt16(buffer, offset + 6);
        SenderMac = EthernetHeader.ReadAddress(buffer, offset + SenderMacOffset);
        SenderAddress = BigEndian.ReadUInt32(buffer, offset + SenderAddressOffset);
        TargetAddress = BigEndian.ReadUInt32(buffer, offset + TargetAddressOffset);
        return Operation == OperationRequest || Operation == OperationReply;
    }

    internal static void Write(
        byte[] buffer, int offset, int operation, long senderMac, uint senderAddress, long targetMac, uint targetAddress)
    {
        BigEndian.WriteUInt16(buffer, offset, HardwareEthernet);
        BigEndian.WriteUInt16(buffer, offset + 2, EthernetHeader.TypeIpv4);
        buffer[offset + 4] = 6;
        buffer[offset + 5] = 4;
        BigEndian.WriteUInt16(buffer, offset + 6, operation);
        EthernetHeader.WriteAddress(buffer, offset + SenderMacOffset, senderMac);
        BigEndian.WriteUInt32(buffer, offset + SenderAddressOffset, senderAddress);
        EthernetHeader.WriteAddress(buffer, offset + TargetMacOffset, targetMac);
        BigEndian.WriteUInt32(buffer, offset + TargetAddressOffset, targetAddress);
    }
}
