namespace System.Device.Spi;

public sealed class SpiConnectionSettings
{
    public SpiConnectionSettings(int busId, int chipSelectLine = -1)
    {
    }

    public SpiMode Mode
    {
        set => throw null;
    }

    public int DataBitLength
    {
        set => throw null;
    }

    public int ClockFrequency
    {
        set => throw null;
    }

    public DataFlow DataFlow
    {
        set => throw null;
    }
}
