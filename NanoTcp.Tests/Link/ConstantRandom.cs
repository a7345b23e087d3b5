using NanoTcp.Primitives;

namespace NanoTcp.Tests.Link;

/// <summary>A source of randomness without any: ports, identifiers and keys are known beforehand.</summary>
internal sealed class ConstantRandom : IRandomSource
{
    internal const uint Value = 0x2545F491;

    public uint NextUInt32() => Value;
}
