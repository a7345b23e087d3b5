using NanoTcp.Tcp;

namespace NanoTcp.Samples.Services;

/// <summary>
/// Sends lines of 72 characters, each beginning one character later among the 95 printing ones of ASCII, until the
/// client closes (RFC 864). What the client sends is thrown away.
/// </summary>
public sealed class ChargenService : SlotService
{
    /// <summary>The service's own port.</summary>
    public const int DefaultPort = 19;

    private const int Characters = 95;
    private const int LineLength = 72;

    // All lines are windows of this one row of characters.
    private readonly byte[] _row = new byte[Characters + LineLength];
    private readonly byte[] _lineEnd = new byte[] { (byte)'\r', (byte)'\n' };
    private readonly byte[] _discarded = new byte[64];

    // By slot: the line's first character, and how much of the line has been written.
    private readonly int[] _line;
    private readonly int[] _column;

    /// <inheritdoc cref="SlotService(NetworkStack, int, int)"/>
    public ChargenService(NetworkStack stack, int port, int clients)
        : base(stack, port, clients)
    {
        for (int i = 0; i < _row.Length; i++)
        {
            _row[i] = (byte)(' ' + (i % Characters));
        }

        _line = new int[clients];
        _column = new int[clients];
    }

    /// <inheritdoc/>
    protected override void Open(int slot, TcpConnection connection, long now)
    {
        _line[slot] = 0;
        _column[slot] = 0;
    }

    /// <inheritdoc/>
    protected override int Serve(int slot, TcpConnection connection, long now)
    {
        int moved = Discard(connection, _discarded, 0);
        if (connection.EndOfStream)
        {
            return -1;
        }

        int line = _line[slot];
        int column = _column[slot];
        int written;
        do
        {
            written = column < LineLength
                ? connection.Write(_row, line + column, LineLength - column)
                : connection.Write(_lineEnd, column - LineLength, LineLength + 2 - column);
            column += written;
            moved += written;
            if (column == LineLength + 2)
            {
                column = 0;
                line = line == Characters - 1 ? 0 : line + 1;
            }
        }
        while (written != 0 && moved < Budget);

        _line[slot] = line;
        _column[slot] = column;
        return moved;
    }
}
