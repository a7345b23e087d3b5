using System;
using System.Device.Spi;
using NanoTcp.Drivers.Enc28j60;

namespace NanoTcp.Boards;

/// <summary>The driver's bus over <c>System.Device.Spi</c> of .NET: spidev of Linux, or a USB adapter.</summary>
/// <remarks>
/// One call is one transfer with chip select low. What comes in lands in an array of its own and is copied, because not
/// every implementation of <see cref="SpiDevice"/> says that it may come in where it went out. Nothing is allocated here.
/// </remarks>
public sealed class SystemDeviceSpiBus : ISpiBus
{
    private const int MaxTransfer = 16384;

    private readonly SpiDevice _device;
    private readonly byte[] _answer = new byte[MaxTransfer];

    /// <summary>Takes a device in mode 0, 8 bits, most significant bit first; it stays the caller's.</summary>
    public SystemDeviceSpiBus(SpiDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        _device = device;
    }

    /// <summary>The settings that the chip wants.</summary>
    /// <param name="busId">Number of the bus, from 0.</param>
    /// <param name="chipSelect">Number of the chip select line of that bus.</param>
    /// <param name="clockFrequency">Hertz: up to 20,000,000, and from 8,000,000 for silicon B1 and B4.</param>
    public static SpiConnectionSettings Settings(int busId, int chipSelect, int clockFrequency)
    {
        return new SpiConnectionSettings(busId, chipSelect)
        {
            ClockFrequency = clockFrequency,
            Mode = SpiMode.Mode0,
            DataFlow = DataFlow.MsbFirst,
            DataBitLength = 8,
        };
    }

    /// <inheritdoc/>
    public void Transfer(byte[] buffer, int offset, int count)
    {
        Span<byte> answer = _answer.AsSpan(0, count);
        _device.TransferFullDuplex(buffer.AsSpan(offset, count), answer);
        answer.CopyTo(buffer.AsSpan(offset));
    }

    /// <inheritdoc/>
    public void Write(byte[] buffer, int offset, int count)
    {
        _device.Write(buffer.AsSpan(offset, count));
    }
}
