using System;
using NanoTcp.Emulation;
using NanoTcp.Tests.Compliance;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Wire;

/// <summary>What is written can be read again, by the stack and by hand; what is cut short is refused.</summary>
[TestClass]
public sealed class HeaderTests
{
    private const int Runs = 500;

    [TestMethod]
    [Requirement("RFC 9293", "MUST-2")]
    public void A_TCP_header_survives_writing_and_reading()
    {
        SeededRandom random = new(21);
        byte[] buffer = new byte[2000];
        TcpSegment segment = new();
        for (int run = 0; run < Runs; run++)
        {
            random.Fill(buffer);
            int behind = 54 + random.Below(40);
            int mss = random.Below(2) == 0 ? 0 : 1 + random.Below(65535);
            int header = mss == 0 ? 20 : 24;
            int text = mss == 0 ? random.Below(1461) : 0;
            uint source = random.NextUInt32();
            uint destination = random.NextUInt32();
            int sourcePort = random.Below(65536);
            int destinationPort = random.Below(65536);
            uint sequence = random.NextUInt32();
            uint acknowledgment = random.NextUInt32();
            int flags = random.Below(64) | (mss == 0 ? 0 : TcpSegment.Syn);
            int window = random.Below(65536);
            int urgent = random.Below(65536);
            uint ports = ((uint)sourcePort << 16) | (uint)destinationPort;
            TcpSegment.WritePorts(buffer, ports);
            TcpSegment.Write(
                buffer, behind, (ulong)source + destination, ports,
                sequence, acknowledgment, flags, window, urgent, mss, text);

            byte[] octets = [.. buffer.AsSpan(34, 20), .. buffer.AsSpan(behind, header - 20 + text)];
            Assert.IsTrue(Frames.IsTcpSumRight(octets, source, destination), $"checksum in run {run}");
            byte[] options = mss == 0 ? [] : [2, 4, (byte)(mss >> 8), (byte)mss];
            CollectionAssert.AreEqual(
                Frames.TcpSegment(
                    source, destination, sourcePort, destinationPort, sequence, acknowledgment, flags, window, options, octets[header..], urgent),
                octets,
                $"octets in run {run}");
            int offset = random.Below(40);
            octets.CopyTo(buffer, offset);
            Assert.AreNotEqual(0ul, segment.Parse(buffer, offset, header + text));
            Assert.AreEqual(sourcePort, segment.SourcePort);
            Assert.AreEqual(destinationPort, segment.DestinationPort);
            Assert.AreEqual(sequence, segment.SequenceNumber);
            Assert.AreEqual(acknowledgment, segment.AcknowledgmentNumber);
            Assert.AreEqual(flags, segment.Flags);
            Assert.AreEqual(window, segment.Window);
            Assert.AreEqual(urgent, segment.UrgentPointer);
            Assert.AreEqual(offset + header, segment.TextOffset);
            Assert.AreEqual(text, segment.TextLength);
            Assert.AreEqual(mss, segment.MaxSegmentSize);
            int control = ((flags & TcpSegment.Syn) != 0 ? 1 : 0) + ((flags & TcpSegment.Fin) != 0 ? 1 : 0);
            Assert.AreEqual(text + control, segment.SequenceLength);
        }
    }

    [TestMethod]
    public void A_TCP_header_that_does_not_fit_its_segment_is_refused()
    {
        byte[] buffer = new byte[100];
        TcpSegment segment = new();
        for (int words = 0; words < 16; words++)
        {
            buffer[12] = (byte)(words << 4);
            for (int length = 0; length <= 70; length++)
            {
                bool fits = length >= 20 && words >= 5 && words * 4 <= length;
                Assert.AreEqual(fits, segment.Parse(buffer, 0, length) != 0, $"{words} words in {length} octets");
            }
        }
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-7")]
    public void Options_are_never_read_beyond_the_header()
    {
        // Whatever stands in the options, the octets behind the header make no difference.
        SeededRandom random = new(22);
        TcpSegment one = new();
        TcpSegment other = new();
        for (int run = 0; run < 20_000; run++)
        {
            int header = 20 + (4 * random.Below(11));
            byte[] buffer = new byte[header + 8];
            for (int i = 20; i < header; i++)
            {
                // Mostly small numbers, because those are options and lengths.
                buffer[i] = (byte)random.Below(random.Below(4) == 0 ? 256 : 6);
            }

            buffer[12] = (byte)(header << 2);
            buffer[13] = TcpSegment.Syn;
            byte[] changed = (byte[])buffer.Clone();
            for (int i = header; i < changed.Length; i++)
            {
                changed[i] = (byte)random.NextUInt32();
            }

            Assert.AreNotEqual(0ul, one.Parse(buffer, 0, buffer.Length));
            Assert.AreNotEqual(0ul, other.Parse(changed, 0, changed.Length));
            Assert.AreEqual(one.MaxSegmentSize, other.MaxSegmentSize, Convert.ToHexString(buffer));

            // And a buffer that ends with the header is enough.
            Assert.AreNotEqual(0ul, one.Parse(buffer[..header], 0, header));
            Assert.AreEqual(one.MaxSegmentSize, other.MaxSegmentSize, Convert.ToHexString(buffer));
        }
    }

    [TestMethod]
    public void An_IPv4_header_survives_writing_and_reading()
    {
        SeededRandom random = new(23);
        byte[] buffer = new byte[1600];
        Ipv4Header header = new();
        for (int run = 0; run < Runs; run++)
        {
            int offset = random.Below(40);
            int payload = random.Below(1481);
            int protocol = random.Below(256);
            uint source = random.NextUInt32();
            uint destination = random.NextUInt32();
            Ipv4Header.Write(buffer, offset, random.Below(256), 20 + payload, random.Below(65536), random.Below(2) == 1, 1 + random.Below(255), protocol, source, destination);
            Assert.AreEqual(0xFFFF, NaiveChecksum.Sum(buffer, offset, 20), $"checksum in run {run}");

            // Behind a short packet Ethernet leaves padding.
            Assert.AreEqual(Ipv4Header.OtherAddresses, header.Parse(buffer, offset, 20 + payload + random.Below(47)));
            Assert.AreEqual(Ipv4Header.SameAddresses, header.Parse(buffer, offset, 20 + payload));
            Assert.AreEqual(20, header.HeaderLength);
            Assert.AreEqual(payload, header.PayloadLength);
            Assert.AreEqual(protocol, header.Protocol);
            Assert.AreEqual(source, header.Source);
            Assert.AreEqual(destination, header.Destination);
            Assert.IsFalse(header.IsFragment);
            Assert.AreEqual(Ipv4Header.Malformed, header.Parse(buffer, offset, 20 + payload - 1));
        }
    }

    [TestMethod]
    public void An_IPv4_header_becomes_that_of_the_next_packet()
    {
        SeededRandom random = new(26);
        byte[] changed = new byte[34];
        byte[] written = new byte[34];
        for (int run = 0; run < Runs; run++)
        {
            uint source = random.NextUInt32();
            uint destination = random.NextUInt32();
            int identification = run == 0 ? 0xFFFF : random.Below(65536);
            Ipv4Header.Write(
                changed, 14, random.Below(256), random.Below(65536), identification, random.Below(2) == 1, random.Below(256), random.Below(256), source, destination);
            int typeOfService = random.Below(256);
            int length = random.Below(65536);
            bool dontFragment = random.Below(2) == 1;
            int timeToLive = random.Below(256);
            int protocol = random.Below(256);
            Ipv4Header.Change(
                changed, typeOfService, length, dontFragment ? Ipv4Header.DontFragment : 0, timeToLive, protocol, (ulong)source + destination);
            Ipv4Header.Write(
                written, 14, typeOfService, length, (identification + 1) & 0xFFFF, dontFragment, timeToLive, protocol, source, destination);
            CollectionAssert.AreEqual(written, changed, $"run {run}");
        }
    }

    [TestMethod]
    public void An_ARP_packet_survives_writing_and_reading()
    {
        SeededRandom random = new(24);
        byte[] buffer = new byte[100];
        ArpPacket packet = new();
        for (int run = 0; run < Runs; run++)
        {
            int offset = random.Below(40);
            int operation = 1 + random.Below(2);
            long senderMac = (long)(random.NextUInt64() >> 16);
            long targetMac = (long)(random.NextUInt64() >> 16);
            uint sender = random.NextUInt32();
            uint target = random.NextUInt32();
            ArpPacket.Write(buffer, offset, operation, senderMac, sender, targetMac, target);
            CollectionAssert.AreEqual(
                Frames.Arp(operation, senderMac, sender, targetMac, target), buffer.AsSpan(offset, 28).ToArray());
            Assert.IsTrue(packet.Parse(buffer, offset, 28 + random.Below(19)));
            Assert.AreEqual(operation, packet.Operation);
            Assert.AreEqual(senderMac, packet.SenderMac);
            Assert.AreEqual(sender, packet.SenderAddress);
            Assert.AreEqual(target, packet.TargetAddress);
            Assert.IsFalse(packet.Parse(buffer, offset, random.Below(28)));
        }
    }

    [TestMethod]
    public void An_Ethernet_header_survives_writing_and_reading()
    {
        SeededRandom random = new(25);
        byte[] buffer = new byte[60];
        for (int run = 0; run < Runs; run++)
        {
            int offset = random.Below(40);
            long destination = (long)(random.NextUInt64() >> 16);
            long source = (long)(random.NextUInt64() >> 16);
            int type = random.Below(65536);
            EthernetHeader.Write(buffer, offset, destination, source, type);
            CollectionAssert.AreEqual(
                Frames.Ethernet(destination, source, type, []), buffer.AsSpan(offset, 14).ToArray());
            Assert.AreEqual(destination, EthernetHeader.ReadAddress(buffer, offset));
            Assert.AreEqual(source, EthernetHeader.ReadAddress(buffer, offset + EthernetHeader.SourceOffset));
            long peeked = EthernetHeader.PeekAddress(buffer, offset);
            Assert.AreEqual(MacAddress.IsGroup(destination), (peeked & EthernetHeader.GroupBit) != 0);
            EthernetHeader.WriteAddress(buffer, 0, destination);
            Assert.AreEqual(EthernetHeader.PeekAddress(buffer, 0), peeked);
            EthernetHeader.WriteAddress(buffer, 0, destination ^ (1L << random.Below(48)));
            Assert.AreNotEqual(EthernetHeader.PeekAddress(buffer, 0), peeked);
        }
    }
}
