using System;
using System.Device.Spi;

namespace NanoTcp.Drivers.Enc28j60;

/// <summary>
/// The driver's bus over <c>System.Device.Spi</c> of nanoFramework 1.x. The one file that knows <c>SpiDevice</c> and
/// <c>SpanByte</c>, so that the 2.0 firmware, which has spans instead, changes this file and no other.
/// </summary>
/// <remarks>
/// <para><c>SpiDevice</c> takes either a <c>SpanByte</c>, a range of a <c>byte[]</c>, or a whole <c>ushort[]</c>. A
/// <c>SpanByte</c> is a struct, and nanoCLR makes an object of 48 octets of it whenever one is made, and again whenever it
/// is handed on: four of them in a call, 192 octets (counted from the sources of the package, not measured). An array is
/// handed on as it is: nothing is allocated.</para>
/// <para>So operations of two octets, which are most of them (Read Control Register, Write Control Register, Bit Field Set
/// and Clear), travel as one reused word, and everything else as a range. A word goes out in the octet order of the
/// target's own SPI hardware, which no API tells: see the constructor.</para>
/// <para>In a range nothing is copied; the octets that come in replace those that went out, in the same array.</para>
/// <para>Chip select falls before a call and rises after it, both by software: far more than the 210 ns that the chip
/// wants after the last clock (DS39662 table 16-6).</para>
/// </remarks>
public sealed class NanoFrameworkSpiBus : ISpiBus, IDisposable
{
    private readonly SpiDevice _device;
    private readonly ushort[] _word;

    /// <summary>Opens the bus; the pins of an ESP32 have been assigned before.</summary>
    /// <param name="busId">Number of the bus, from 1.</param>
    /// <param name="chipSelect">The pin that leads to CS of the chip; the firmware drives it.</param>
    /// <param name="clockFrequency">Hertz: up to 20,000,000, and from 8,000,000 for silicon B1 and B4.</param>
    /// <param name="wordsGoLowOctetFirst">True where a word leaves with its low octet first, as from every ESP32, whose
    /// SPI sends memory in its order. False elsewhere, and where it is not known: then every operation allocates.</param>
    public NanoFrameworkSpiBus(int busId, int chipSelect, int clockFrequency, bool wordsGoLowOctetFirst)
    {
        SpiConnectionSettings settings = new SpiConnectionSettings(busId, chipSelect);
        settings.ClockFrequency = clockFrequency;
        settings.Mode = SpiMode.Mode0;
        settings.DataFlow = DataFlow.MsbFirst;
        settings.DataBitLength = 8;
        _device = SpiDevice.Create(settings);
        _word = wordsGoLowOctetFirst ? new ushort[1] : null;
    }

    /// <inheritdoc/>
    public void Transfer(byte[] buffer, int offset, int count)
    {
        ushort[] word = _word;
        if (count != 2 || word == null)
        {
            _device.TransferFullDuplex(new SpanByte(buffer, offset, count), new SpanByte(buffer, offset, count));
            return;
        }

        word[0] = (ushort)(buffer[offset] | (buffer[offset + 1] << 8));
        _device.TransferFullDuplex(word, word);
        int answer = word[0];
        buffer[offset] = (byte)answer;
        buffer[offset + 1] = (byte)(answer >> 8);
    }

    /// <inheritdoc/>
    public void Write(byte[] buffer, int offset, int count)
    {
        ushort[] word = _word;
        if (count != 2 || word == null)
        {
            _device.Write(new SpanByte(buffer, offset, count));
            return;
        }

        word[0] = (ushort)(buffer[offset] | (buffer[offset + 1] << 8));
        _device.Write(word);
    }

    /// <summary>Gives bus and chip select back.</summary>
    public void Dispose()
    {
        _device.Dispose();
    }
}
