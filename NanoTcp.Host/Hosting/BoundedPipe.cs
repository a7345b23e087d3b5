using System;
using System.Threading;

namespace NanoTcp.Host.Hosting;

/// <summary>
/// A fixed number of octets between two threads, one that writes and one that reads; either may wait for the other.
/// </summary>
internal sealed class BoundedPipe
{
    private readonly object _lock = new();
    private readonly byte[] _ring;
    private int _first;
    private int _count;
    private bool _completed;

    internal BoundedPipe(int capacity)
    {
        _ring = new byte[capacity];
    }

    /// <summary>Octets that can be read now.</summary>
    internal int Readable
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    /// <summary>Octets that can be written now.</summary>
    internal int Writable
    {
        get
        {
            lock (_lock)
            {
                return _completed ? 0 : _ring.Length - _count;
            }
        }
    }

    /// <summary>Whether nothing can be read and nothing more will come.</summary>
    internal bool IsDrained
    {
        get
        {
            lock (_lock)
            {
                return _completed && _count == 0;
            }
        }
    }

    /// <summary>Says that nothing more will be written, or that nobody reads any more.</summary>
    internal void Complete()
    {
        lock (_lock)
        {
            _completed = true;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Writes what fits.</summary>
    /// <returns>How much that was; 0 when the pipe is full or complete.</returns>
    internal int Write(byte[] buffer, int offset, int count)
    {
        lock (_lock)
        {
            int length = _completed ? 0 : Math.Min(count, _ring.Length - _count);
            int last = (_first + _count) % _ring.Length;
            int part = Math.Min(length, _ring.Length - last);
            Array.Copy(buffer, offset, _ring, last, part);
            Array.Copy(buffer, offset + part, _ring, 0, length - part);
            _count += length;
            Monitor.PulseAll(_lock);
            return length;
        }
    }

    /// <summary>Reads what is there.</summary>
    /// <returns>How much that was.</returns>
    internal int Read(byte[] buffer, int offset, int count)
    {
        lock (_lock)
        {
            int length = Math.Min(count, _count);
            int part = Math.Min(length, _ring.Length - _first);
            Array.Copy(_ring, _first, buffer, offset, part);
            Array.Copy(_ring, 0, buffer, offset + part, length - part);
            _first = (_first + length) % _ring.Length;
            _count -= length;
            Monitor.PulseAll(_lock);
            return length;
        }
    }

    /// <summary>Waits until there is room.</summary>
    /// <returns>False when the pipe is complete.</returns>
    internal bool WaitToWrite()
    {
        lock (_lock)
        {
            while (_count == _ring.Length && !_completed)
            {
                Monitor.Wait(_lock);
            }

            return !_completed;
        }
    }

    /// <summary>Waits until there is something to read.</summary>
    /// <returns>False when there is nothing and nothing more will come.</returns>
    internal bool WaitToRead()
    {
        lock (_lock)
        {
            while (_count == 0 && !_completed)
            {
                Monitor.Wait(_lock);
            }

            return _count != 0;
        }
    }
}
