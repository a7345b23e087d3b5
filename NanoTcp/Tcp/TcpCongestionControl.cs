namespace NanoTcp.Tcp;

/// <summary>
/// How connections find out how much the path bears (RFC 9293 MAY-18, <see cref="NetworkStackOptions.CongestionControl"/>). All of them
/// repair losses in the same way; they differ in how much they send meanwhile and afterwards.
/// </summary>
public enum TcpCongestionControl
{
    /// <summary>
    /// RFC 5681 and RFC 6582, the standard: half after a loss, then one segment more for each round trip. For nearly
    /// everything a small device does. 24 octets a connection.
    /// </summary>
    NewReno,

    /// <summary>
    /// RFC 9438, what large hosts use: seven tenths after a loss, then back along a cubic curve of time. It is ahead of
    /// <see cref="NewReno"/> only where a window holds dozens of segments on a long path, so with send rings of tens of
    /// kilobytes; with small ones it stays in its Reno-friendly region. 48 octets a connection.
    /// </summary>
    Cubic,

    /// <summary>
    /// Nothing but the peer's window and the send ring limits what is out. Only for a cable between two hosts, where a
    /// loss is noise and no sign that others need room; on a shared path it harms everybody (RFC 2914). 24 octets a connection.
    /// </summary>
    None,
}
