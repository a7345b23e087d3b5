using System;
using System.IO;
using NanoTcp.Tcp;

namespace NanoTcp.Sockets;

/// <summary>The network, the peer or time has ended a blocking call. Misuse by the programmer is never told by this exception.</summary>
public sealed class NanoTcpException : IOException
{
    internal NanoTcpException(string message, TcpEndReason reason, bool isTimeout, int transferred, Exception inner)
        : base(message, inner)
    {
        EndReason = reason;
        IsTimeout = isTimeout;
        Transferred = transferred;
    }

    /// <summary>Why the connection has ended; <see cref="TcpEndReason.None"/> when it has not, or there was none.</summary>
    public TcpEndReason EndReason { get; }

    /// <summary>True when only the time that the call was given is over. After Read and Write the stream is as good as before.</summary>
    public bool IsTimeout { get; }

    /// <summary>How many octets a Write had handed over before it ended so; 0 for other calls.</summary>
    public int Transferred { get; }

    internal static NanoTcpException Timeout(string message, int transferred)
    {
        return new NanoTcpException(message, TcpEndReason.None, true, transferred, null);
    }

    /// <summary>The connection has ended by itself.</summary>
    internal static NanoTcpException Ended(TcpEndReason reason, int transferred)
    {
        return new NanoTcpException(Text(reason), reason, false, transferred, null);
    }

    private static string Text(TcpEndReason reason)
    {
        switch (reason)
        {
            case TcpEndReason.Closed:
                return "The connection has ended: both sides have closed it.";
            case TcpEndReason.Refused:
                return "The peer refused the connection: nobody listens on that port.";
            case TcpEndReason.Reset:
                return "The peer reset the connection.";
            case TcpEndReason.TimedOut:
                return "The peer has stopped answering, and the stack has given the connection up.";
            case TcpEndReason.Unreachable:
                return "There is no way to the peer.";
            case TcpEndReason.Aborted:
                return "This side has aborted the connection.";
            case TcpEndReason.Evicted:
                return "The connection was idle, and its place was needed for a new client.";
            default:
                return "The connection has ended.";
        }
    }
}
