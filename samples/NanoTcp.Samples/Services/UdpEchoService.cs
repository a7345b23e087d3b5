using System;
using NanoTcp.Udp;

namespace NanoTcp.Samples.Services;

/// <summary>
/// Sends each datagram back to its sender (RFC 862). What was broadcast stays unanswered, and so does what comes from a port below 1024:
/// there may be a service that answers in its turn, and the two would go on for ever (CVE-1999-0103).
/// </summary>
public sealed class UdpEchoService : IService
{
    /// <summary>The service's own port.</summary>
    public const int DefaultPort = 7;

    private const int FirstUserPort = 1024;

    // A bound for one call of Poll; the queue holds what is left.
    private const int Budget = 16;

    private readonly NetworkStack _stack;
    private readonly UdpSocket _socket;
    private readonly byte[] _octets;

    /// <summary>Takes the port.</summary>
    /// <param name="stack">The stack to serve on.</param>
    /// <param name="port">The port.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stack"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such port.</exception>
    /// <exception cref="InvalidOperationException">Somebody else has it.</exception>
    public UdpEchoService(NetworkStack stack, int port)
    {
        const int Queue = 2048;
        if (stack == null)
        {
            throw new ArgumentNullException(nameof(stack));
        }

        _stack = stack;
        _socket = stack.CreateUdpSocket(Queue, Queue);
        _socket.Bind(port);
        _octets = new byte[_socket.MaxPayload];
    }

    /// <inheritdoc/>
    public bool Poll(long now)
    {
        UdpSocket socket = _socket;
        bool moved = false;
        for (int i = 0; i < Budget && socket.Waiting != 0 && socket.Writable == socket.MaxPayload; i++)
        {
            moved = true;
            int length = socket.Receive(_octets, 0, _octets.Length);
            if (socket.SenderPort >= FirstUserPort && socket.DestinationAddress == _stack.Address && length == socket.DatagramLength)
            {
                socket.SendTo(socket.SenderAddress, socket.SenderPort, _octets, 0, length);
            }
        }

        return moved;
    }
}
