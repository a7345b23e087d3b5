namespace NanoTcp.Emulation;

/// <summary>What is wrong with a header that <see cref="Enc28j60Faults.GarbageHeaders"/> spoils; the packet behind it is whole.</summary>
public enum GarbageHeader
{
    /// <summary>Each time another of these.</summary>
    Any = 0,

    /// <summary>The next-packet pointer is any 16 bits.</summary>
    RandomPointer = 1,

    /// <summary>The next-packet pointer is even and beyond ERXND.</summary>
    PointerOutsideRing = 2,

    /// <summary>The next-packet pointer is odd.</summary>
    OddPointer = 3,

    /// <summary>The next-packet pointer is 0000h.</summary>
    ZeroPointer = 4,

    /// <summary>The next-packet pointer is FFFFh.</summary>
    ErasedPointer = 5,

    /// <summary>The next-packet pointer is two octets too low or too high: even, and mostly in the ring.</summary>
    PointerOffByTwo = 6,

    /// <summary>The length is any 16 bits.</summary>
    RandomLength = 7,

    /// <summary>The length is 0.</summary>
    ZeroLength = 8,

    /// <summary>The length is FFFFh.</summary>
    ErasedLength = 9,

    /// <summary>The length is one to four octets too small or too great.</summary>
    LengthOffByAFew = 10,

    /// <summary>Pointer and length are any 16 bits each.</summary>
    Everything = 11,
}
