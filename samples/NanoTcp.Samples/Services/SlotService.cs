using System;
using NanoTcp.Tcp;

namespace NanoTcp.Samples.Services;

/// <summary>
/// What the small services have in common: a listener, a fixed number of clients at once, and each connection given
/// back exactly once.
/// </summary>
public abstract class SlotService : IService
{
    /// <summary>Octets that one client's connection moves in one Poll, so that no client starves the others.</summary>
    protected const int Budget = 2048;

    // A connection on which nothing has moved for this long, in ms, may be taken away when a new client finds none
    // free: the client idles, does not read, or is gone.
    private const int Patience = 10000;

    // And after this it ends in any case, in the listener's queue too. It is the stack that watches: over clients that say
    // nothing, never read, never close, or have gone without a word.
    internal const int IdleTime = 60000;

    // How long the last octets of a connection that was given back may take to reach the client, in ms.
    internal const int DeliveryTime = 30000;

    private readonly TcpListener _listener;
    private readonly TcpConnection[] _connections;
    private readonly long[] _lastMoved;

    /// <summary>Begins to listen.</summary>
    /// <param name="stack">The stack to serve on.</param>
    /// <param name="port">The port.</param>
    /// <param name="clients">Clients at once, at least 1.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stack"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="clients"/> is below 1.</exception>
    protected SlotService(NetworkStack stack, int port, int clients)
    {
        if (stack == null)
        {
            throw new ArgumentNullException(nameof(stack));
        }

        if (clients < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(clients));
        }

        _connections = new TcpConnection[clients];
        _lastMoved = new long[clients];
        _listener = stack.Listen(port, clients);
        _listener.IdleTimeout = IdleTime;
    }

    /// <summary>Clients connected now.</summary>
    public int Clients
    {
        get
        {
            int count = 0;
            for (int i = 0; i < _connections.Length; i++)
            {
                if (_connections[i] != null)
                {
                    count++;
                }
            }

            return count;
        }
    }

    /// <inheritdoc/>
    public bool Poll(long now)
    {
        bool worked = false;
        bool pending = _listener.Pending != 0;
        TcpConnection[] connections = _connections;
        for (int i = 0; i < connections.Length; i++)
        {
            TcpConnection connection = connections[i];
            if (connection == null)
            {
                connection = pending ? _listener.Accept() : null;
                if (connection == null)
                {
                    pending = false;
                    continue;
                }

                connections[i] = connection;
                _lastMoved[i] = now;
                Open(i, connection, now);
                worked = true;
            }

            bool ended = connection.EndReason != TcpEndReason.None || connection.State == TcpState.Closed;
            int moved = ended ? -1 : Serve(i, connection, now);
            if (moved < 0)
            {
                connections[i] = null;
                connection.Close(DeliveryTime);
                worked = true;
                continue;
            }

            if (moved != 0)
            {
                _lastMoved[i] = now;
            }

            connection.Evictable = now - _lastMoved[i] >= Patience;
            worked |= moved != 0;
        }

        return worked;
    }

    /// <summary>Throws away what a client has sent.</summary>
    /// <param name="connection">The client's.</param>
    /// <param name="octets">Takes them.</param>
    /// <param name="moved">Octets that have been moved for this client so far.</param>
    /// <returns>Those and the octets that were thrown away. It ends at <see cref="Budget"/>.</returns>
    protected static int Discard(TcpConnection connection, byte[] octets, int moved)
    {
        while (moved < Budget)
        {
            int count = connection.Read(octets, 0, octets.Length);
            if (count == 0)
            {
                break;
            }

            moved += count;
        }

        return moved;
    }

    /// <summary>A client has connected.</summary>
    protected abstract void Open(int slot, TcpConnection connection, long now);

    /// <summary>Does for one client what can be done now, up to <see cref="Budget"/> octets.</summary>
    /// <returns>Octets moved; -1 when the connection is to be closed, which still delivers what was written.</returns>
    protected abstract int Serve(int slot, TcpConnection connection, long now);
}
