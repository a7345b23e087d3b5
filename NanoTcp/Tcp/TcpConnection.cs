using System;

namespace NanoTcp.Tcp;

/// <summary>
/// One TCP connection. Never blocks: results are seen as state.
/// </summary>
/// <remarks>
/// A connection belongs to whoever got it from <c>Connect</c> or <c>Accept</c> until that owner calls
/// <see cref="Close"/> or <see cref="Abort"/>, which must happen exactly once, also after the connection has ended by
/// itself. From then on the stack finishes what is left and gives the object to somebody else.
/// One thread uses the stack and all its connections.
/// </remarks>
public sealed class TcpConnection
{
    internal TcpConnection() { }

    /// <summary>The state of RFC 9293 that the connection is in.</summary>
    public TcpState State { get { throw new NotImplementedException(); } }

    /// <summary>Why the connection has ended; <see cref="TcpEndReason.None"/> while it has not.</summary>
    public TcpEndReason EndReason { get { throw new NotImplementedException(); } }

    /// <summary>This side's IPv4 address.</summary>
    public uint LocalAddress { get { throw new NotImplementedException(); } }

    /// <summary>This side's port.</summary>
    public int LocalPort { get { throw new NotImplementedException(); } }

    /// <summary>The peer's IPv4 address.</summary>
    public uint RemoteAddress { get { throw new NotImplementedException(); } }

    /// <summary>The peer's port.</summary>
    public int RemotePort { get { throw new NotImplementedException(); } }

    /// <summary>Octets that <see cref="Read"/> would give now. May stay above zero after the connection has ended.</summary>
    public int Readable { get { throw new NotImplementedException(); } }

    /// <summary>True when the peer has closed its side in order and everything it sent has been read.</summary>
    public bool EndOfStream { get { throw new NotImplementedException(); } }

    /// <summary>Octets that <see cref="Write"/> would take now; 0 before the connection is open, after
    /// <see cref="CloseSend"/> and after the end.</summary>
    public int Writable { get { throw new NotImplementedException(); } }

    /// <summary>Octets written but not yet acknowledged by the peer.</summary>
    public int Unacknowledged { get { throw new NotImplementedException(); } }

    /// <summary>Takes octets that have arrived, in order.</summary>
    /// <returns>How many were taken: 0 when none are there.</returns>
    public int Read(byte[] buffer, int offset, int count) { throw new NotImplementedException(); }

    /// <summary>Like <see cref="Read"/>, but leaves the octets where they are.</summary>
    public int Peek(byte[] buffer, int offset, int count) { throw new NotImplementedException(); }

    /// <summary>Gives octets to be sent. They are copied; the buffer is the caller's again at once.</summary>
    /// <returns>How many fitted, 0 to <paramref name="count"/>.</returns>
    public int Write(byte[] buffer, int offset, int count) { throw new NotImplementedException(); }

    /// <summary>Says that nothing more will be written (half close). What was written is still delivered; reading goes on.</summary>
    public void CloseSend() { throw new NotImplementedException(); }

    /// <summary>
    /// Gives the connection back. What was written is still delivered; what arrives from now on, or was not read, is
    /// answered with a reset (RFC 9293 MUST-42, RFC 1122 4.2.2.13).
    /// </summary>
    public void Close() { throw new NotImplementedException(); }

    /// <summary>Gives the connection back and resets it at once; unsent data is lost.</summary>
    public void Abort() { throw new NotImplementedException(); }

    /// <summary>True to send small writes at once instead of collecting them while data is unacknowledged (Nagle, RFC 9293 3.7.4).</summary>
    public bool NoDelay { get { throw new NotImplementedException(); } set { throw new NotImplementedException(); } }

    /// <summary>
    /// Set by a server on a connection that may be taken away (reset, <see cref="TcpEndReason.Evicted"/>) when a new
    /// client finds no free connection: for example while it idles between two requests.
    /// </summary>
    public bool Evictable { get { throw new NotImplementedException(); } set { throw new NotImplementedException(); } }

    /// <summary>Smoothed round-trip time in milliseconds (RFC 6298), or -1 before the first measurement.</summary>
    public int SmoothedRoundTripTime { get { throw new NotImplementedException(); } }

    /// <summary>Retransmission timeout in milliseconds (RFC 6298), back-off included.</summary>
    public int RetransmissionTimeout { get { throw new NotImplementedException(); } }

    /// <summary>Octets received in order since the connection opened.</summary>
    public long BytesReceived { get { throw new NotImplementedException(); } }

    /// <summary>Octets that the peer has acknowledged since the connection opened.</summary>
    public long BytesSent { get { throw new NotImplementedException(); } }

    /// <summary>Time of the stack's clock at which the last segment of this connection arrived or it was opened, in ms.</summary>
    public long LastActivity { get { throw new NotImplementedException(); } }
}
