using NanoTcp.Emulation;
using NanoTcp.Tcp;

namespace NanoTcp.Tests.Soak;

/// <summary>
/// One direction of a connection. What is sent at which place follows from a seed, so that the receiver knows of each
/// octet what it has to be.
/// </summary>
internal sealed class SoakStream(uint seed)
{
    private readonly SeededRandom _dice = new(seed);
    private readonly byte[] _piece = new byte[3000];

    internal TcpConnection? Sender { get; set; }

    internal TcpConnection? Receiver { get; set; }

    /// <summary>Octets to send in all.</summary>
    internal long Asked { get; set; }

    internal long Sent { get; private set; }

    internal long Received { get; private set; }

    /// <summary>What is wrong with what arrived; null when nothing is.</summary>
    internal string? Trouble { get; private set; }

    internal bool IsDone
    {
        get { return Received == Asked; }
    }

    /// <summary>Writes a piece of some length, if there is something to write and room for it.</summary>
    internal bool Send()
    {
        if (Sender == null || Sent == Asked || Sender.Writable == 0)
        {
            return false;
        }

        int length = (int)long.Min(Asked - Sent, 1 + _dice.Below(_piece.Length));
        length = int.Min(length, Sender.Writable);
        for (int i = 0; i < length; i++)
        {
            _piece[i] = OctetAt(Sent + i);
        }

        int written = Sender.Write(_piece, 0, length);
        Sent += written;
        return written != 0;
    }

    /// <summary>Reads whatever has arrived and compares it.</summary>
    internal bool Receive()
    {
        if (Receiver == null || Receiver.Readable == 0)
        {
            return false;
        }

        int length = Receiver.Read(_piece, 0, 1 + _dice.Below(_piece.Length));
        for (int i = 0; i < length; i++)
        {
            if (_piece[i] != OctetAt(Received + i) && Trouble == null)
            {
                Trouble = $"octet {Received + i} is {_piece[i]:X2}h and not {OctetAt(Received + i):X2}h";
            }
        }

        Received += length;
        if (Received > Sent && Trouble == null)
        {
            Trouble = $"{Received} octets have arrived of {Sent} that were sent";
        }

        return length != 0;
    }

    private byte OctetAt(long place)
    {
        return (byte)((((uint)place ^ seed) * 2654435761u) >> 24);
    }
}
