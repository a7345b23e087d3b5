using System;

namespace NanoTcp.Tcp;

/// <summary>Waits for connections on one port.</summary>
public sealed class TcpListener
{
    internal TcpListener() { }

    /// <summary>The port listened on.</summary>
    public int Port { get { throw new NotImplementedException(); } }

    /// <summary>Connections that are open and have not been accepted yet.</summary>
    public int Pending { get { throw new NotImplementedException(); } }

    /// <summary>The oldest connection not accepted yet, or null. From here on it belongs to the caller.</summary>
    public TcpConnection Accept() { throw new NotImplementedException(); }

    /// <summary>Stops listening; connections not accepted are reset.</summary>
    public void Close() { throw new NotImplementedException(); }
}
