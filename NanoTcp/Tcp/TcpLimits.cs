namespace NanoTcp.Tcp;

/// <summary>Numbers that RFC 9293 and RFC 1122 give, and the few that they leave to the implementation.</summary>
internal static class TcpLimits
{
    /// <summary>SendMSS when the peer names none (RFC 9293 MUST-15), octets.</summary>
    internal const int DefaultMss = 536;

    /// <summary>A smaller MSS is taken as this one: it could only make this side send almost nothing but headers.</summary>
    internal const int LeastMss = 64;

    /// <summary>Longest wait before in-order data is acknowledged, ms; RFC 9293 SHLD-18, and MUST-40 wants less than 500.</summary>
    internal const int DelayedAcknowledgment = 40;

    /// <summary>R2 for a SYN: at least three minutes (RFC 9293 MUST-23), ms.</summary>
    internal const int GiveUpSyn = 180000;

    /// <summary>R2 for data: at least 100 seconds (RFC 9293 SHLD-11), ms.</summary>
    internal const int GiveUpData = 120000;

    /// <summary>Silence before the first keep-alive probe, where keep-alive is turned on: at least two hours (RFC 9293 MUST-28), ms.</summary>
    internal const int KeepAliveInterval = 7200000;

    /// <summary>Between unanswered keep-alive probes, ms.</summary>
    internal const int KeepAliveProbeInterval = 75000;

    /// <summary>Unanswered keep-alive probes after which the peer counts as gone.</summary>
    internal const int KeepAliveProbes = 9;

    /// <summary>How long what is left may take to reach the peer after the connection was given back, ms.</summary>
    internal const int CloseTimeout = 120000;

    /// <summary>How long a reset waits to leave, for want of a link, before its connection is given to somebody else, ms.</summary>
    internal const int ResetPatience = 30000;

    /// <summary>How long a connection that nobody holds any more waits in FIN-WAIT-2 for the peer's FIN, ms.</summary>
    internal const int FinWait2 = 60000;

    /// <summary>
    /// SYN,ACKs of a half-open connection, the first included, until it is given up: after 1, 3, 7, 15, 31, 63 and 123
    /// seconds, and given up after 183 (RFC 9293 MUST-23: not before three minutes).
    /// </summary>
    internal const int SynAckAttempts = 8;

    /// <summary>How long the peer of a connection that nobody holds must be silent before a new client may have its place, ms.</summary>
    internal const int OrphanSilence = 5000;

    /// <summary>How long a finished handshake waits for a free connection before it is reset, ms.</summary>
    internal const int FinishedHandshakeWait = 30000;

    /// <summary>Challenge ACKs that one connection sends in <see cref="ChallengeInterval"/> (RFC 5961 7).</summary>
    internal const int ChallengesPerInterval = 10;

    /// <summary>See <see cref="ChallengesPerInterval"/>, ms.</summary>
    internal const int ChallengeInterval = 5000;

    /// <summary>The dynamic ports of RFC 6335 6, from which active opens take theirs (RFC 6056 3.2).</summary>
    internal const int FirstEphemeralPort = 49152;

    internal const int LastEphemeralPort = 65535;
}
