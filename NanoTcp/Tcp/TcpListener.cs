using System;

namespace NanoTcp.Tcp;

/// <summary>Waits for connections on one port.</summary>
public sealed class TcpListener
{
    /// <summary>Connections that may wait to be accepted.</summary>
    internal int Backlog;

    private readonly TcpLayer _layer;

    internal TcpListener(TcpLayer layer)
    {
        _layer = layer;
    }

    /// <summary>The port listened on; 0 after <see cref="Close"/>.</summary>
    public int Port { get; internal set; }

    /// <summary>Connections that are open and have not been accepted yet.</summary>
    public int Pending
    {
        get { return _layer.CountPending(this); }
    }

    /// <summary>The oldest connection not accepted yet, or null. From here on it belongs to the caller, who gives it back
    /// by <see cref="TcpConnection.Close"/> or <see cref="TcpConnection.Abort"/>.</summary>
    /// <exception cref="InvalidOperationException">The listener has been closed.</exception>
    public TcpConnection Accept()
    {
        CheckOpen();
        return _layer.Accept(this);
    }

    /// <summary>Stops listening; connections not accepted are reset.</summary>
    /// <exception cref="InvalidOperationException">The listener has been closed already.</exception>
    public void Close()
    {
        CheckOpen();
        _layer.CloseListener(this);
    }

    private void CheckOpen()
    {
        if (Port == 0)
        {
            throw new InvalidOperationException("This listener has been closed.");
        }
    }
}
