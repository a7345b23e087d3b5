namespace NanoTcp.Wire;

/// <summary>Offsets and numbers of ICMP (RFC 792).</summary>
internal static class IcmpMessage
{
    internal const int HeaderLength = 8;
    internal const int TypeOffset = 0;
    internal const int CodeOffset = 1;
    internal const int ChecksumOffset = 2;

    /// <summary>Where a router says which MTU would have fitted (RFC 1191 4).</summary>
    internal const int NextHopMtuOffset = 6;

    /// <summary>Octets of the packet behind its header that an error brings back (RFC 792).</summary>
    internal const int ReturnedPayload = 8;

    internal const int TypeEchoReply = 0;
    internal const int TypeDestinationUnreachable = 3;
    internal const int TypeEcho = 8;
    internal const int TypeTimeExceeded = 11;
    internal const int TypeParameterProblem = 12;

    internal const int CodeProtocolUnreachable = 2;
    internal const int CodePortUnreachable = 3;
    internal const int CodeFragmentationNeeded = 4;

    /// <summary>Of time exceeded: fragments are missing.</summary>
    internal const int CodeReassemblyTimeExceeded = 1;
}
