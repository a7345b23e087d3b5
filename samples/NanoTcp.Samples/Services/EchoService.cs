using NanoTcp.Tcp;

namespace NanoTcp.Samples.Services;

/// <summary>
/// Sends back what it receives (RFC 862). It reads no more than it can write, so a client that does not read is not
/// read from either; after the client's close the rest is sent back before this side closes.
/// </summary>
public sealed class EchoService : SlotService
{
    /// <summary>The service's own port.</summary>
    public const int DefaultPort = 7;

    private readonly byte[] _octets = new byte[512];

    /// <inheritdoc cref="SlotService(NetworkStack, int, int)"/>
    public EchoService(NetworkStack stack, int port, int clients)
        : base(stack, port, clients)
    {
    }

    /// <inheritdoc/>
    protected override void Open(int slot, TcpConnection connection, long now)
    {
    }

    /// <inheritdoc/>
    protected override int Serve(int slot, TcpConnection connection, long now)
    {
        int moved = 0;
        while (moved < Budget)
        {
            int count = connection.Writable;
            if (count > _octets.Length)
            {
                count = _octets.Length;
            }

            count = connection.Read(_octets, 0, count);
            if (count == 0)
            {
                break;
            }

            connection.Write(_octets, 0, count);
            moved += count;
        }

        return moved == 0 && connection.EndOfStream ? -1 : moved;
    }
}
