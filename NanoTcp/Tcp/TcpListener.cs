using System;

namespace NanoTcp.Tcp;

/// <summary>Waits for connections on one port.</summary>
public sealed class TcpListener
{
    /// <summary>Connections that may wait to be accepted.</summary>
    internal int Backlog;

    /// <summary>What <see cref="TcpSettings"/> names, for the connections that come.</summary>
    internal readonly int[] Settings = new int[TcpSettings.Count + 1];

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

    /// <summary><see cref="TcpConnection.NoDelay"/> of the connections that come from now on; false unless set.</summary>
    /// <exception cref="InvalidOperationException">The listener has been closed.</exception>
    public bool NoDelay
    {
        get { return (Settings[TcpSettings.Marks] & TcpConnection.NoDelaySet) != 0; }
        set { SetMark(TcpConnection.NoDelaySet, value); }
    }

    /// <summary><see cref="TcpConnection.UserTimeout"/> of the connections that come from now on, in ms.</summary>
    /// <value>0 (never) to 2,147,483,647 ms; 120,000 unless set.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    /// <exception cref="InvalidOperationException">The listener has been closed.</exception>
    public int UserTimeout
    {
        get
        {
            return Settings[TcpSettings.UserTimeout];
        }

        set
        {
            CheckOpen();
            TcpSettings.SetTimeout(Settings, TcpSettings.UserTimeout, value);
        }
    }

    /// <summary><see cref="TcpConnection.IdleTimeout"/> of the connections that come from now on, in ms. It runs while they wait to be
    /// accepted, too: a client that opens and says nothing holds no place for longer than that.</summary>
    /// <value>0 (off) to 2,147,483,647 ms; 0 unless set.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    /// <exception cref="InvalidOperationException">The listener has been closed.</exception>
    public int IdleTimeout
    {
        get
        {
            return Settings[TcpSettings.IdleTimeout];
        }

        set
        {
            CheckOpen();
            TcpSettings.SetTimeout(Settings, TcpSettings.IdleTimeout, value);
        }
    }

    /// <summary><see cref="TcpConnection.KeepAlive"/> of the connections that come from now on; false unless set (RFC 9293 MUST-25).</summary>
    /// <exception cref="InvalidOperationException">The listener has been closed.</exception>
    public bool KeepAlive
    {
        get { return (Settings[TcpSettings.Marks] & TcpConnection.KeepAliveSet) != 0; }
        set { SetMark(TcpConnection.KeepAliveSet, value); }
    }

    /// <summary><see cref="TcpConnection.KeepAliveInterval"/> of the connections that come from now on, in ms.</summary>
    /// <value>1000 to 2,147,483,647 ms; 7,200,000, two hours, unless set (RFC 9293 MUST-28).</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1000.</exception>
    /// <exception cref="InvalidOperationException">The listener has been closed.</exception>
    public int KeepAliveInterval
    {
        get
        {
            return Settings[TcpSettings.KeepAliveInterval];
        }

        set
        {
            CheckOpen();
            TcpSettings.SetInterval(Settings, TcpSettings.KeepAliveInterval, value);
        }
    }

    /// <summary><see cref="TcpConnection.KeepAliveProbeInterval"/> of the connections that come from now on, in ms.</summary>
    /// <value>1000 to 2,147,483,647 ms; 75,000 unless set.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1000.</exception>
    /// <exception cref="InvalidOperationException">The listener has been closed.</exception>
    public int KeepAliveProbeInterval
    {
        get
        {
            return Settings[TcpSettings.KeepAliveProbeInterval];
        }

        set
        {
            CheckOpen();
            TcpSettings.SetInterval(Settings, TcpSettings.KeepAliveProbeInterval, value);
        }
    }

    /// <summary><see cref="TcpConnection.KeepAliveProbes"/> of the connections that come from now on.</summary>
    /// <value>2 to 255; 9 unless set.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The listener has been closed.</exception>
    public int KeepAliveProbes
    {
        get
        {
            return Settings[TcpSettings.KeepAliveProbes];
        }

        set
        {
            CheckOpen();
            TcpSettings.SetProbes(Settings, value);
        }
    }

    /// <summary>The oldest connection not accepted yet, or null. From here on it belongs to the caller, who gives it back
    /// by <see cref="TcpConnection.Close()"/> or <see cref="TcpConnection.Abort"/>.</summary>
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

    /// <summary>A port is listened on anew: what an earlier owner has set is forgotten.</summary>
    internal void SetDefaults()
    {
        TcpSettings.SetDefaults(Settings);
        Settings[TcpSettings.Marks] = 0;
    }

    private void SetMark(int mark, bool value)
    {
        CheckOpen();
        int marks = Settings[TcpSettings.Marks];
        Settings[TcpSettings.Marks] = value ? marks | mark : marks & ~mark;
    }

    private void CheckOpen()
    {
        if (Port == 0)
        {
            throw new InvalidOperationException("This listener has been closed.");
        }
    }
}
