using System;

namespace NanoTcp.Wire;

/// <summary>
/// A TCP header (RFC 9293 3.1), parsed once into plain fields; one object serves for every segment that arrives.
/// </summary>
internal sealed class TcpSegment
{
    /// <summary>A header without options.</summary>
    internal const int MinHeaderLength = 20;

    /// <summary>A header with the Maximum Segment Size option, as a SYN carries it.</summary>
    internal const int SynHeaderLength = 24;

    internal const int Fin = 0x01;
    internal const int Syn = 0x02;
    internal const int Rst = 0x04;
    internal const int Psh = 0x08;
    internal const int Ack = 0x10;
    internal const int Urg = 0x20;

    /// <summary>ECN-Echo, RFC 3168 6.1.</summary>
    internal const int Ece = 0x40;

    /// <summary>Congestion Window Reduced, RFC 3168 6.1.</summary>
    internal const int Cwr = 0x80;

    /// <summary>No bit of this header: the IP header says that congestion was experienced (CE, RFC 3168 5).</summary>
    internal const int Marked = 0x100;

    private const int FlagMask = 0xFF;

    // The options that every TCP knows (RFC 9293 MUST-4).
    private const int OptionEnd = 0;
    private const int OptionNoOperation = 1;
    private const int OptionMaxSegmentSize = 2;

    /// <summary>The destination port, of this side, in the high half, the source port in the low half: one number to look for.</summary>
    internal uint Ports;

    /// <summary>SEG.SEQ.</summary>
    internal uint SequenceNumber;

    /// <summary>SEG.ACK; meaningful only with the ACK bit.</summary>
    internal uint AcknowledgmentNumber;

    /// <summary>Control bits: <see cref="Fin"/> ... <see cref="Cwr"/>, and <see cref="Marked"/>.</summary>
    internal int Flags;

    /// <summary>SEG.WND, an unsigned number (RFC 9293 MUST-1).</summary>
    internal int Window;

    /// <summary>SEG.UP: octets from SEG.SEQ to the one behind the urgent data; meaningful only with the URG bit.</summary>
    internal int UrgentPointer;

    /// <summary>Offset of the data in the buffer.</summary>
    internal int TextOffset;

    /// <summary>Octets of data.</summary>
    internal int TextLength;

    /// <summary>The Maximum Segment Size option, or 0 when there is none.</summary>
    internal int MaxSegmentSize;

    internal int SourcePort
    {
        get { return (int)(Ports & 0xFFFF); }
    }

    internal int DestinationPort
    {
        get { return (int)(Ports >> 16); }
    }

    /// <summary>SEG.LEN: data octets, plus one each for SYN and FIN.</summary>
    internal int SequenceLength
    {
        get { return TextLength + (Flags & Fin) + ((Flags & Syn) >> 1); }
    }

    /// <summary>
    /// Reads the header. Options may come in any segment (RFC 9293 MUST-5), but the only one that is known here means something only in a
    /// SYN.
    /// </summary>
    /// <returns>What the words of the header add up to modulo 65,535, options not included, for the checksum, which is the caller's to check;
    /// 0 when a length lies. Else it can be 0 only when both ports are, and such a segment is not to be taken either.</returns>
    internal ulong Parse(byte[] buffer, int offset, int length)
    {
        if (length < MinHeaderLength)
        {
            return 0;
        }

        // As read, the first octet is lowest: the octets of all words change places at once, and those of the two long numbers
        // once more in pairs. Then the lowest of four words is header length and flags, window, checksum, urgent pointer.
        ulong control = BitConverter.ToUInt64(buffer, offset + 12);
        control = ((control & 0x00FF00FF00FF00FF) << 8) | ((control >> 8) & 0x00FF00FF00FF00FF);
        int headerLength = ((int)control & 0xF000) >> 10;
        if (headerLength < MinHeaderLength || headerLength > length)
        {
            return 0;
        }

        uint ports = BitConverter.ToUInt32(buffer, offset);
        ports = ((ports & 0x00FF00FF) << 8) | ((ports >> 8) & 0x00FF00FF);
        ulong numbers = BitConverter.ToUInt64(buffer, offset + 4);
        numbers = ((numbers & 0x00FF00FF00FF00FF) << 8) | ((numbers >> 8) & 0x00FF00FF00FF00FF);
        numbers = ((numbers & 0x0000FFFF0000FFFF) << 16) | ((numbers >> 16) & 0x0000FFFF0000FFFF);
        int flags = (int)control & FlagMask;
        Ports = ports;
        SequenceNumber = (uint)numbers;
        AcknowledgmentNumber = (uint)(numbers >> 32);
        Flags = flags;
        Window = (int)(control >> 16) & 0xFFFF;
        UrgentPointer = (int)(control >> 48);
        TextOffset = offset + headerLength;
        TextLength = length - headerLength;
        MaxSegmentSize = 0;
        if (headerLength > MinHeaderLength && (flags & Syn) != 0)
        {
            ParseOptions(buffer, offset + MinHeaderLength, offset + headerLength);
        }

        // Numbers of several words count modulo 65,535 as the sum of their words.
        return ports + (numbers % 0xFFFF) + (control % 0xFFFF);
    }

    /// <summary>
    /// Looks for the one option that this stack knows, wherever it begins (RFC 9293 MUST-64); unknown ones are skipped by
    /// their length (RFC 9293 MUST-6).
    /// </summary>
    private void ParseOptions(byte[] buffer, int offset, int end)
    {
        while (offset < end)
        {
            int kind = buffer[offset];
            if (kind == OptionEnd)
            {
                return;
            }

            if (kind == OptionNoOperation)
            {
                offset++;
                continue;
            }

            // RFC 9293 MUST-7: an option without a length, or one that runs past the header, ends the list.
            if (offset + 1 >= end)
            {
                return;
            }

            int optionLength = buffer[offset + 1];
            if (optionLength < 2 || offset + optionLength > end)
            {
                return;
            }

            if (kind == OptionMaxSegmentSize && optionLength == 4)
            {
                MaxSegmentSize = (buffer[offset + 2] << 8) | buffer[offset + 3];
            }

            offset += optionLength;
        }
    }

    /// <summary>Writes the ports, which mostly are those of the segment before, where <see cref="Write"/> expects them.</summary>
    /// <param name="frame">Takes the header.</param>
    /// <param name="ports">The source port in the high half, the destination port in the low half.</param>
    internal static void WritePorts(byte[] frame, uint ports)
    {
        BigEndian.WriteUInt32(frame, EthernetHeader.Length + Ipv4Header.MinLength, ports);
    }

    /// <summary>
    /// Writes a header, but for the ports (<see cref="WritePorts"/>), behind those of Ethernet and IPv4, which start at 0, with the Maximum Segment Size option when
    /// <paramref name="maxSegmentSize"/> is not 0. That has its length and fills its word, so that there is nothing to pad
    /// (RFC 9293 MUST-68, MUST-69). The data must already be there, because the checksum is made over all (RFC 9293 MUST-2).
    /// </summary>
    /// <param name="frame">Takes the header.</param>
    /// <param name="behind">Where in it stands what comes behind <see cref="MinHeaderLength"/> octets: the data, or else the option.</param>
    /// <param name="addresses">The sum of both addresses, for the checksum.</param>
    /// <param name="ports">The ports that stand there, for the checksum.</param>
    /// <param name="sequenceNumber">SEG.SEQ.</param>
    /// <param name="acknowledgmentNumber">SEG.ACK; 0 without the ACK bit.</param>
    /// <param name="flags">Control bits.</param>
    /// <param name="window">SEG.WND.</param>
    /// <param name="urgentPointer">SEG.UP; meaningful only with the URG bit among the flags.</param>
    /// <param name="maxSegmentSize">The option, without data; 0 for none.</param>
    /// <param name="textLength">Octets of data.</param>
    internal static void Write(
        byte[] frame,
        int behind,
        ulong addresses,
        uint ports,
        uint sequenceNumber,
        uint acknowledgmentNumber,
        int flags,
        int window,
        int urgentPointer,
        int maxSegmentSize,
        int textLength)
    {
        // The numbers are at hand, so only the data is read again. The pseudo-header is that of RFC 9293 3.1.
        const int Start = EthernetHeader.Length + Ipv4Header.MinLength;
        const int OptionAndLength = (OptionMaxSegmentSize << 8) | 4;
        int headerLength = MinHeaderLength;
        ulong sum = addresses + ports + sequenceNumber + acknowledgmentNumber;
        if (textLength != 0)
        {
            sum += (uint)InternetChecksum.Sum(frame, behind, textLength);
        }
        else if (maxSegmentSize != 0)
        {
            headerLength = SynHeaderLength;
            sum += (uint)(OptionAndLength + maxSegmentSize);
            frame[behind] = OptionMaxSegmentSize;
            frame[behind + 1] = 4;
            frame[behind + 2] = (byte)(maxSegmentSize >> 8);
            frame[behind + 3] = (byte)maxSegmentSize;
        }

        int lengthAndFlags = (headerLength << 10) | (flags & FlagMask);

        // InternetChecksum.OfSum.
        sum += (uint)(lengthAndFlags + window + urgentPointer + Ipv4Header.ProtocolTcp - 1 + headerLength + textLength);
        int checksum = 0xFFFE - (int)(sum % 0xFFFF);
        frame[Start + 4] = (byte)(sequenceNumber >> 24);
        frame[Start + 5] = (byte)(sequenceNumber >> 16);
        frame[Start + 6] = (byte)(sequenceNumber >> 8);
        frame[Start + 7] = (byte)sequenceNumber;
        frame[Start + 8] = (byte)(acknowledgmentNumber >> 24);
        frame[Start + 9] = (byte)(acknowledgmentNumber >> 16);
        frame[Start + 10] = (byte)(acknowledgmentNumber >> 8);
        frame[Start + 11] = (byte)acknowledgmentNumber;
        frame[Start + 12] = (byte)(lengthAndFlags >> 8);
        frame[Start + 13] = (byte)lengthAndFlags;
        frame[Start + 14] = (byte)(window >> 8);
        frame[Start + 15] = (byte)window;
        frame[Start + 16] = (byte)(checksum >> 8);
        frame[Start + 17] = (byte)checksum;
        frame[Start + 18] = (byte)(urgentPointer >> 8);
        frame[Start + 19] = (byte)urgentPointer;
    }
}
