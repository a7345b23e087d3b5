using System;
#if NET
using System.IO;
using System.Threading;
using System.Threading.Tasks;
#endif

namespace NanoTcp.Sockets;

#if NET

/// <summary>
/// What <see cref="NanoTcpStream"/> derives from: on the desktop <see cref="Stream"/>, without what a connection cannot do;
/// on the device, whose core library has no streams, a class with the same members.
/// </summary>
public abstract class BlockingStream : Stream
{
    private protected BlockingStream()
    {
    }

    /// <summary>False: a connection cannot go back.</summary>
    public sealed override bool CanSeek
    {
        get { return false; }
    }

    /// <summary>Not supported: nobody knows how much a peer will send.</summary>
    public sealed override long Length
    {
        get { throw CannotSeek(); }
    }

    /// <summary>Not supported.</summary>
    public sealed override long Position
    {
        get { throw CannotSeek(); }
        set { throw CannotSeek(); }
    }

    /// <summary>Not supported.</summary>
    /// <inheritdoc/>
    public sealed override long Seek(long offset, SeekOrigin origin)
    {
        throw CannotSeek();
    }

    /// <summary>Not supported.</summary>
    /// <inheritdoc/>
    public sealed override void SetLength(long value)
    {
        throw CannotSeek();
    }

    /// <summary>Does <see cref="Stream.Read(byte[], int, int)"/> on a thread of the pool, which it blocks; the token is
    /// looked at before it begins. Allocates, unlike the call itself.</summary>
    /// <inheritdoc/>
    public sealed override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        // Not the one of Stream: there a read that waits keeps every write from beginning.
        return Task.Run(() => Read(buffer, offset, count), cancellationToken);
    }

    /// <summary>Does <see cref="Stream.Write(byte[], int, int)"/> on a thread of the pool, which it blocks; the token is
    /// looked at before it begins. Allocates, unlike the call itself.</summary>
    /// <inheritdoc/>
    public sealed override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        return Task.Run(() => Write(buffer, offset, count), cancellationToken);
    }

    /// <inheritdoc cref="ReadAsync(byte[], int, int, CancellationToken)"/>
    public sealed override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        return new ValueTask<int>(Task.Run(() => Read(buffer.Span), cancellationToken));
    }

    /// <inheritdoc cref="WriteAsync(byte[], int, int, CancellationToken)"/>
    public sealed override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        return new ValueTask(Task.Run(() => Write(buffer.Span), cancellationToken));
    }

    private static NotSupportedException CannotSeek()
    {
        return new NotSupportedException("A connection has neither a length nor a position.");
    }
}

#else

/// <summary>
/// What <see cref="NanoTcpStream"/> derives from: on the desktop System.IO.Stream; on the device, whose core library has
/// no streams, this class with the same members.
/// </summary>
public abstract class BlockingStream : IDisposable
{
    internal BlockingStream()
    {
    }

    /// <summary>Whether there is a connection to read from.</summary>
    public abstract bool CanRead { get; }

    /// <summary>Whether there is a connection to write to.</summary>
    public abstract bool CanWrite { get; }

    /// <summary>False: a connection cannot go back.</summary>
    public bool CanSeek
    {
        get { return false; }
    }

    /// <summary>True: <see cref="ReadTimeout"/> and <see cref="WriteTimeout"/> mean something.</summary>
    public abstract bool CanTimeout { get; }

    /// <summary>How long a read waits, in ms.</summary>
    public abstract int ReadTimeout { get; set; }

    /// <summary>How long a write waits, in ms.</summary>
    public abstract int WriteTimeout { get; set; }

    /// <summary>Reads.</summary>
    public abstract int Read(byte[] buffer, int offset, int count);

    /// <summary>Reads one octet; -1 at the end.</summary>
    public abstract int ReadByte();

    /// <summary>Writes.</summary>
    public abstract void Write(byte[] buffer, int offset, int count);

    /// <summary>Writes one octet.</summary>
    public abstract void WriteByte(byte value);

    /// <summary>Does nothing.</summary>
    public abstract void Flush();

    /// <summary>The same as <see cref="Close"/>.</summary>
    public void Dispose()
    {
        Close();
    }

    /// <summary>Gives the connection back.</summary>
    public virtual void Close()
    {
        Dispose(true);
    }

    /// <summary>Gives the connection back.</summary>
    /// <param name="disposing">True.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}

#endif
