using System;
using NanoTcp.Sockets;

namespace NanoTcp.Boards;

/// <summary>The uptime of the board, which never jumps; the date may be set without disturbing it.</summary>
public sealed class BoardClock : NetworkClock
{
    /// <inheritdoc/>
    public override long Milliseconds
    {
        get { return Environment.TickCount64; }
    }
}
