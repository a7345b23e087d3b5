namespace System.Device.Spi;

// nanoFramework.System.Device.Spi 1.3.
public class SpiDevice : IDisposable
{
    public SpiDevice(SpiConnectionSettings settings)
    {
    }

    public static SpiDevice Create(SpiConnectionSettings settings)
    {
        throw null;
    }

    public void Write(ushort[] buffer)
    {
    }

    public void Write(SpanByte buffer)
    {
    }

    public void TransferFullDuplex(ushort[] writeBuffer, ushort[] readBuffer)
    {
    }

    public void TransferFullDuplex(SpanByte writeBuffer, SpanByte readBuffer)
    {
    }

    public void Dispose()
    {
    }
}

public sealed class SpiConnectionSettings
{
    public SpiConnectionSettings(int busId, int chipSelectLine = -1)
    {
    }

    public SpiMode Mode { get; set; }

    public int DataBitLength { get; set; }

    public int ClockFrequency { get; set; }

    public DataFlow DataFlow { get; set; }
}

public enum SpiMode
{
    Mode0,
    Mode1,
    Mode2,
    Mode3,
}

public enum DataFlow
{
    MsbFirst,
    LsbFirst,
}
