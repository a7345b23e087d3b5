#nullable disable
using NanoTcp.Emulation;
using NanoTcp.Tcp;

namespace NanoTcp.Tests.OnDevice;

/// <summary>
/// A client that sends octets to a server, which sends them back: two stacks, each in the place of a device or a computer,
/// in virtual time.
/// </summary>
internal sealed class EchoRun
{
    private const int Port = 7;
    private const int PieceSize = 300;
    private const int LongestWait = 10;

    private readonly VirtualClock _clock;
    private readonly NetworkStack _server;
    private readonly NetworkStack _client;
    private readonly uint _serverAddress;
    private readonly byte[] _piece = new byte[PieceSize];
    private readonly byte[] _held = new byte[PieceSize];
    private int _heldAt;
    private int _heldCount;

    internal EchoRun(VirtualClock clock, NetworkStack server, NetworkStack client)
    {
        _clock = clock;
        _server = server;
        _client = client;
        _serverAddress = server.Address;
    }

    /// <summary>The emulated chip below the server, or null.</summary>
    internal Enc28j60Chip Chip { get; set; }

    /// <summary>After how many octets the chip's supply dips; 0 for never.</summary>
    internal int BrownOutAt { get; set; }

    /// <summary>Sends so many octets, compares what comes back, and closes.</summary>
    /// <returns>Whether each octet came back in its place, and both stacks have all their connections back.</returns>
    internal bool Run(int octets, int milliseconds)
    {
        TcpListener listener = _server.Listen(Port, 1);
        TcpConnection client = null;
        TcpConnection server = null;
        int sent = 0;
        int received = 0;
        long end = _clock.Milliseconds + milliseconds;
        while (received != octets)
        {
            if (_clock.Milliseconds > end)
            {
                return false;
            }

            Step();
            if (client == null)
            {
                client = _client.Connect(_serverAddress, Port);
            }

            if (server == null)
            {
                server = listener.Accept();
            }
            else
            {
                Echo(server);
            }

            sent += Send(client, sent, octets);
            int length = client.Read(_piece, 0, PieceSize);
            for (int i = 0; i < length; i++)
            {
                if (_piece[i] != OctetAt(received + i))
                {
                    return false;
                }
            }

            received += length;
            if (BrownOutAt != 0 && received >= BrownOutAt)
            {
                BrownOutAt = 0;
                Chip.BrownOut();
            }
        }

        client.Close();
        server.Close();
        listener.Close();
        end = _clock.Milliseconds + 130_000;
        while (_clock.Milliseconds < end)
        {
            Step();
        }

        return IsEmpty(_client) && IsEmpty(_server);
    }

    private static bool IsEmpty(NetworkStack stack)
    {
        return stack.FreeConnections == stack.ConnectionCapacity && stack.HalfOpenCount == 0 && stack.TimeWaitCount == 0;
    }

    private static byte OctetAt(int place)
    {
        return (byte)((place * 7) + (place >> 8));
    }

    private int Send(TcpConnection client, int sent, int octets)
    {
        int length = octets - sent < PieceSize ? octets - sent : PieceSize;
        if (length == 0 || client.Writable < length)
        {
            return 0;
        }

        for (int i = 0; i < length; i++)
        {
            _piece[i] = OctetAt(sent + i);
        }

        return client.Write(_piece, 0, length);
    }

    private void Echo(TcpConnection server)
    {
        if (_heldCount == 0)
        {
            _heldAt = 0;
            _heldCount = server.Read(_held, 0, PieceSize);
        }

        int room = server.Writable;
        int length = _heldCount < room ? _heldCount : room;
        if (length != 0)
        {
            int written = server.Write(_held, _heldAt, length);
            _heldAt += written;
            _heldCount -= written;
        }
    }

    private void Step()
    {
        int wait = _server.Poll(_clock.Milliseconds);
        int other = _client.Poll(_clock.Milliseconds);
        wait = other < wait ? other : wait;
        wait = wait < LongestWait ? wait : LongestWait;
        _clock.Advance(wait == 0 ? 50_000 : wait * 1_000_000L);
        if (Chip != null)
        {
            Chip.Update();
        }
    }
}
