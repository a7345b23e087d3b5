using NanoTcp.Tcp;

namespace NanoTcp.Samples.Services;

/// <summary>Throws away what it receives (RFC 863).</summary>
public sealed class DiscardService : SlotService
{
    /// <summary>The service's own port.</summary>
    public const int DefaultPort = 9;

    private readonly byte[] _octets = new byte[512];

    /// <inheritdoc cref="SlotService(NetworkStack, int, int)"/>
    public DiscardService(NetworkStack stack, int port, int clients)
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
        int moved = Discard(connection, _octets, 0);
        return moved == 0 && connection.EndOfStream ? -1 : moved;
    }
}
