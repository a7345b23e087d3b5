namespace NanoTcp.Tcp;

/// <summary>The states of a connection, RFC 9293 section 3.3.2.</summary>
public enum TcpState
{
    /// <summary>No connection.</summary>
    Closed = 0,

    /// <summary>Waiting for a connection request.</summary>
    Listen = 1,

    /// <summary>A connection request was sent.</summary>
    SynSent = 2,

    /// <summary>A request was received and answered; the answer is not yet acknowledged.</summary>
    SynReceived = 3,

    /// <summary>Open: data flows both ways.</summary>
    Established = 4,

    /// <summary>This side has closed; its FIN is not yet acknowledged.</summary>
    FinWait1 = 5,

    /// <summary>This side's FIN is acknowledged; the peer may still send.</summary>
    FinWait2 = 6,

    /// <summary>The peer has closed; this side may still send.</summary>
    CloseWait = 7,

    /// <summary>Both sides closed at once; this side's FIN is not yet acknowledged.</summary>
    Closing = 8,

    /// <summary>Both sides have closed, the peer first; this side's FIN is not yet acknowledged.</summary>
    LastAck = 9,

    /// <summary>Both sides have closed; waiting until no old segment can be in the network.</summary>
    TimeWait = 10,
}
