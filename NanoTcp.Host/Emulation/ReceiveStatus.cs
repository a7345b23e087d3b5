namespace NanoTcp.Emulation;

/// <summary>What the receive status vector says about a frame (DS39662 table 7-3), as its bits 16 to 31.</summary>
internal static class ReceiveStatus
{
    internal const int PacketDropped = 0x0001;
    internal const int CrcError = 0x0010;
    internal const int LengthCheckError = 0x0020;
    internal const int LengthOutOfRange = 0x0040;
    internal const int ReceivedOk = 0x0080;
    internal const int Multicast = 0x0100;
    internal const int Broadcast = 0x0200;
    internal const int ControlFrame = 0x0800;
    internal const int PauseFrame = 0x1000;
    internal const int UnknownOpcode = 0x2000;
    internal const int VlanTagged = 0x4000;

    private const int LargestLengthField = 1500;
    private const int SmallestData = 46;

    /// <summary>The 16 bits for a frame with its check sequence, at least 18 octets long.</summary>
    internal static int Of(byte[] frame, int length, bool crcGood, bool checkLength)
    {
        int status = crcGood ? ReceivedOk : CrcError;
        int type = (frame[12] << 8) | frame[13];
        if (type > LargestLengthField)
        {
            status |= LengthOutOfRange;
        }
        else if (checkLength && IsLengthWrong(type, length - 18))
        {
            status |= LengthCheckError;
        }

        // The data sheet does not tell whether a broadcast counts as a multicast too; here it does not.
        if (ReceiveFilter.IsBroadcast(frame))
        {
            status |= Broadcast;
        }
        else if ((frame[0] & 1) != 0)
        {
            status |= Multicast;
        }

        if (type == FlowControl.ControlType)
        {
            status |= ControlFrame | (FlowControl.IsPause(frame) ? PauseFrame : UnknownOpcode);
        }
        else if (type == FlowControl.VlanType)
        {
            status |= VlanTagged;
        }

        return status;
    }

    /// <summary>Whether a length field contradicts the data; short data may have been padded to 46 octets.</summary>
    internal static bool IsLengthWrong(int field, int dataLength)
    {
        return field > dataLength || (field < dataLength && dataLength > SmallestData);
    }
}
