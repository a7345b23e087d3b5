namespace NanoTcp.Emulation;

/// <summary>The seven octets of the transmit status vector (DS39662 table 7-1).</summary>
internal static class TransmitStatus
{
    internal const int Size = 7;

    private const int LargestLengthField = 1500;

    internal static void Fill(
        byte[] vector, byte[] frame, int length, bool aborted, bool crcGood, bool deferred, bool checkLength)
    {
        int type = (frame[12] << 8) | frame[13];
        int second = aborted ? 0 : 0x80;
        if (!crcGood)
        {
            second |= 0x10;
        }

        if (type > LargestLengthField)
        {
            second |= 0x40;
        }
        else if (checkLength && ReceiveStatus.IsLengthWrong(type, length - 18))
        {
            second |= 0x20;
        }

        int third = 0;
        if (ReceiveFilter.IsBroadcast(frame))
        {
            third |= 0x02;
        }
        else if ((frame[0] & 1) != 0)
        {
            third |= 0x01;
        }

        if (deferred)
        {
            third |= 0x04;
        }

        if (aborted)
        {
            // Giant: the only reason for an abort on a wire without collisions.
            third |= 0x40;
        }

        int sixth = 0;
        if (type == FlowControl.ControlType)
        {
            sixth |= FlowControl.IsPause(frame) ? 0x03 : 0x01;
        }
        else if (type == FlowControl.VlanType)
        {
            sixth |= 0x08;
        }

        vector[0] = (byte)length;
        vector[1] = (byte)(length >> 8);
        vector[2] = (byte)second;
        vector[3] = (byte)third;
        vector[4] = (byte)length;
        vector[5] = (byte)(length >> 8);
        vector[6] = (byte)sixth;
    }
}
