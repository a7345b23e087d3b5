namespace NanoTcp.Emulation;

/// <summary>What went over the SPI bus, so that a test can hold a budget per frame.</summary>
public sealed class SpiStatistics
{
    /// <summary>Operations, which is times that chip select was low.</summary>
    public long Operations { get; internal set; }

    /// <summary>Octets, opcodes included.</summary>
    public long Octets { get; internal set; }

    /// <summary>Bits of octets that chip select cut short; <see cref="Octets"/> counts whole ones only.</summary>
    public long SpareBits { get; internal set; }

    /// <summary>Read Control Register operations.</summary>
    public long ReadControlRegister { get; internal set; }

    /// <summary>Read Buffer Memory operations.</summary>
    public long ReadBufferMemory { get; internal set; }

    /// <summary>Write Control Register operations.</summary>
    public long WriteControlRegister { get; internal set; }

    /// <summary>Write Buffer Memory operations.</summary>
    public long WriteBufferMemory { get; internal set; }

    /// <summary>Bit Field Set operations.</summary>
    public long BitFieldSet { get; internal set; }

    /// <summary>Bit Field Clear operations.</summary>
    public long BitFieldClear { get; internal set; }

    /// <summary>System Reset Commands.</summary>
    public long SystemReset { get; internal set; }

    /// <summary>Operations whose first octet means nothing.</summary>
    public long Undefined { get; internal set; }

    /// <summary>Data octets of Read Buffer Memory operations.</summary>
    public long BufferOctetsRead { get; internal set; }

    /// <summary>Data octets of Write Buffer Memory operations.</summary>
    public long BufferOctetsWritten { get; internal set; }

    /// <summary>Sets everything to zero.</summary>
    public void Reset()
    {
        Operations = 0;
        Octets = 0;
        SpareBits = 0;
        ReadControlRegister = 0;
        ReadBufferMemory = 0;
        WriteControlRegister = 0;
        WriteBufferMemory = 0;
        BitFieldSet = 0;
        BitFieldClear = 0;
        SystemReset = 0;
        Undefined = 0;
        BufferOctetsRead = 0;
        BufferOctetsWritten = 0;
    }
}
