namespace NanoTcp.Tests.Tcp.States;

/// <summary>
/// Where a connection can be: the states of RFC 9293, those twice that this stack keeps in two ways. What the owner has
/// given back is finished without him, in FIN-WAIT-2 and TIME-WAIT as a few numbers in a table.
/// </summary>
public enum Place
{
    /// <summary>No connection, nobody listens.</summary>
    Closed,

    /// <summary>No connection, somebody listens.</summary>
    Listen,

    SynSent,

    /// <summary>SYN-RECEIVED by a passive open: a record of the half-open table.</summary>
    SynReceived,

    /// <summary>SYN-RECEIVED by a simultaneous open.</summary>
    SynReceivedActive,

    Established,

    /// <summary>ESTABLISHED, in the queue of a listener.</summary>
    EstablishedNotAccepted,

    FinWait1,
    FinWait1GivenBack,
    FinWait2,
    FinWait2GivenBack,
    Closing,
    ClosingGivenBack,
    TimeWait,
    TimeWaitGivenBack,
    CloseWait,
    LastAck,
    LastAckGivenBack,
}
