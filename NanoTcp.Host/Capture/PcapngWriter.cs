using System;
using System.Buffers.Binary;
using System.IO;
using System.Text;
using NanoTcp.Host.Cable;

namespace NanoTcp.Host.Capture;

/// <summary>
/// Writes frames to a pcapng file (draft-ietf-opsawg-pcapng) that Wireshark and tshark read.
/// </summary>
/// <remarks>
/// Every block goes out whole in one write as soon as its frame is sent, so that the file is readable at any moment,
/// also after a crash. Nothing is allocated per frame. When the file cannot be written any more (disk full), capturing
/// ends and <see cref="Failure"/> says why: a capture must not stop the network.
/// </remarks>
public sealed class PcapngWriter : IFrameMonitor, IDisposable
{
    private const uint SectionHeaderBlock = 0x0A0D0D0A;
    private const uint InterfaceDescriptionBlock = 1;
    private const uint EnhancedPacketBlock = 6;
    private const uint ByteOrderMagic = 0x1A2B3C4D;
    private const int LinkTypeEthernet = 1;
    private const int OptionEnd = 0;
    private const int OptionUserApplication = 4;
    private const int OptionInterfaceName = 2;
    private const int OptionTimestampResolution = 9;
    private const byte NanosecondResolution = 9;
    private const int EnhancedPacketHeader = 28;

    private readonly Stream _stream;
    private readonly long _epoch;
    private readonly byte[] _block = new byte[EnhancedPacketHeader + CableFrame.MaxLength + 8];

    /// <summary>Begins a capture on a stream, which it owns from here on. The stream's position is its beginning.</summary>
    /// <param name="stream">Where to write. Unbuffered, if the file is to be readable at any moment.</param>
    /// <param name="epoch">What the cable clock's zero is, in nanoseconds since 1970-01-01 00:00 UTC.</param>
    /// <exception cref="IOException">The beginning cannot be written.</exception>
    public PcapngWriter(Stream stream, long epoch)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        _epoch = epoch;
        WriteSectionHeader();
        WriteInterfaceDescription();
    }

    /// <summary>Why capturing has ended early; null while it has not.</summary>
    public string? Failure { get; private set; }

    /// <summary>Frames written.</summary>
    public long FrameCount { get; private set; }

    /// <summary>Begins a capture in a new file; an existing one is overwritten.</summary>
    /// <param name="path">The file.</param>
    /// <param name="epoch">What the cable clock's zero is, in nanoseconds since 1970-01-01 00:00 UTC.</param>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be made.</exception>
    public static PcapngWriter Create(string path, long epoch)
    {
        // A buffer of 0 makes every write one call to the operating system: a block is in the file or it is not.
        FileStream stream = new(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        try
        {
            return new PcapngWriter(stream, epoch);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void FrameSent(long nanoseconds, CablePort sender, byte[] buffer, int offset, int length)
    {
        Write(nanoseconds, buffer, offset, length);
    }

    /// <summary>Writes a frame.</summary>
    /// <param name="nanoseconds">When, by the cable's clock.</param>
    /// <param name="buffer">Holds the frame.</param>
    /// <param name="offset">Its first octet.</param>
    /// <param name="length">Its octets; what is more than a cable carries is cut off, and the file says so.</param>
    public void Write(long nanoseconds, byte[] buffer, int offset, int length)
    {
        if (Failure != null)
        {
            return;
        }

        int captured = Math.Min(length, CableFrame.MaxLength);
        int padded = (captured + 3) & ~3;
        int total = EnhancedPacketHeader + padded + 4;
        ulong timestamp = (ulong)(_epoch + nanoseconds);
        Span<byte> block = _block;
        Put(block, 0, EnhancedPacketBlock);
        Put(block, 4, (uint)total);
        Put(block, 8, 0);
        Put(block, 12, (uint)(timestamp >> 32));
        Put(block, 16, (uint)timestamp);
        Put(block, 20, (uint)captured);
        Put(block, 24, (uint)length);
        Array.Copy(buffer, offset, _block, EnhancedPacketHeader, captured);
        block.Slice(EnhancedPacketHeader + captured, padded - captured).Clear();
        Put(block, total - 4, (uint)total);
        try
        {
            _stream.Write(_block, 0, total);
            FrameCount++;
        }
        catch (IOException e)
        {
            Failure = e.Message;
        }
    }

    /// <summary>Ends the capture and closes the stream.</summary>
    public void Dispose()
    {
        try
        {
            _stream.Dispose();
        }
        catch (IOException e)
        {
            Failure ??= e.Message;
        }
    }

    private static void Put(Span<byte> block, int offset, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(block[offset..], value);
    }

    private static int PutOption(Span<byte> block, int offset, int code, ReadOnlySpan<byte> value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(block[offset..], (ushort)code);
        BinaryPrimitives.WriteUInt16LittleEndian(block[(offset + 2)..], (ushort)value.Length);
        value.CopyTo(block[(offset + 4)..]);
        return offset + 4 + ((value.Length + 3) & ~3);
    }

    private void WriteSectionHeader()
    {
        Span<byte> block = _block;
        block.Clear();
        Put(block, 0, SectionHeaderBlock);
        Put(block, 8, ByteOrderMagic);
        BinaryPrimitives.WriteUInt16LittleEndian(block[12..], 1);
        BinaryPrimitives.WriteUInt16LittleEndian(block[14..], 0);
        // The section's length is not known beforehand: -1.
        BinaryPrimitives.WriteInt64LittleEndian(block[16..], -1);
        int end = PutOption(block, 24, OptionUserApplication, Encoding.UTF8.GetBytes("NanoTcp"));
        WriteHead(PutOption(block, end, OptionEnd, []));
    }

    private void WriteInterfaceDescription()
    {
        Span<byte> block = _block;
        block.Clear();
        Put(block, 0, InterfaceDescriptionBlock);
        BinaryPrimitives.WriteUInt16LittleEndian(block[8..], LinkTypeEthernet);
        Put(block, 12, CableFrame.MaxLength);
        int end = PutOption(block, 16, OptionInterfaceName, Encoding.UTF8.GetBytes("cable"));
        end = PutOption(block, end, OptionTimestampResolution, [NanosecondResolution]);
        WriteHead(PutOption(block, end, OptionEnd, []));
    }

    private void WriteHead(int end)
    {
        int total = end + 4;
        Put(_block, 4, (uint)total);
        Put(_block, end, (uint)total);
        _stream.Write(_block, 0, total);
    }
}
