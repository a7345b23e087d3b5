namespace NanoTcp.Tests.Tcp;

/// <summary>The peer's end of one connection: what relative numbers in a trace are relative to.</summary>
internal sealed class TracePeer
{
    internal TracePeer(uint address, int port, int stackPort, uint iss)
    {
        Address = address;
        Port = port;
        StackPort = stackPort;
        Iss = iss;
    }

    internal uint Address { get; }

    internal int Port { get; }

    /// <summary>The port at the stack's end.</summary>
    internal int StackPort { get; set; }

    /// <summary>The peer's initial sequence number.</summary>
    internal uint Iss { get; set; }

    /// <summary>The stack's initial sequence number, once its SYN has been seen.</summary>
    internal uint StackIss { get; set; }

    internal bool KnowsStackIss { get; set; }

    /// <summary>The octet that stands at a relative sequence number of the peer's stream.</summary>
    internal static byte PeerOctet(long relative) => (byte)((relative * 7) + 3 + (relative >> 8));

    /// <summary>The octet that stands at a relative sequence number of the stack's stream.</summary>
    internal static byte StackOctet(long relative) => (byte)((relative * 5) + 1 + (relative >> 7));
}
