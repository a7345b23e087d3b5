namespace System.Device.Spi;

public class SpiDevice : IDisposable
{
    internal SpiDevice()
    {
    }

    public static SpiDevice Create(SpiConnectionSettings settings) => throw null;

    public void Write(ushort[] buffer) => throw null;

    public void Write(SpanByte buffer) => throw null;

    public void TransferFullDuplex(ushort[] writeBuffer, ushort[] readBuffer) => throw null;

    public void TransferFullDuplex(SpanByte writeBuffer, SpanByte readBuffer) => throw null;

    public void Dispose() => throw null;
}
