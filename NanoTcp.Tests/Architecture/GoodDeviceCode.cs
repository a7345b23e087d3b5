#pragma warning disable CA1812, CA1822, CA1823, CA1852, CA1861, CA1305, CA1859, CA1806, CA1001, IDE0044, IDE0052, IDE0059, IDE0060, CS0649

using System;
using System.Threading;

namespace NanoTcp.Tests.Architecture;

/// <summary>What the check of the device profile has to let through, because the device runs it.</summary>
internal static class GoodDeviceCode
{
    internal interface IWorker
    {
        int Value { get; }

        int Work(in int value);
    }

    internal class Good : IWorker
    {
        private static readonly int[] s_table = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };

        private readonly byte[] _buffer = new byte[64];
        private readonly string[] _names = { "one", "two" };
        private readonly Handler _handler;
        private readonly byte[][] _rows = new byte[2][];
        private Kind _kind;

        internal Good()
        {
            _handler = Handle;
            Changed += _handler;
        }

        internal delegate void Handler(int value);

        internal event Handler? Changed;

        internal enum Kind
        {
            None,
            Some,
        }

        public int Value
        {
            get { return Length; }
        }

        internal int Length { get; set; }

        public virtual int Work(in int value)
        {
            return value.Doubled();
        }

        internal int Work(int index, ref int counter, out long sum)
        {
            sum = BitConverter.ToUInt32(_buffer, index);
            Array.Copy(_buffer, 0, _buffer, 8, 8);
            Array.Clear(_buffer, 0, 4);
            foreach (byte octet in _buffer)
            {
                sum += octet;
            }

            ref int alias = ref counter;
            alias++;
            lock (_buffer)
            {
                _kind = _kind == Kind.None ? Kind.Some : Kind.None;
            }

            switch (_names[index & 1])
            {
                case "one":
                    return s_table[index] >>> 1;
                case "two":
                    return Add(1);
                default:
                    _rows[0] = new byte[sum];
                    return _rows[0].Length;
            }

            int Add(int value)
            {
                return value + s_table[0];
            }
        }

        internal int Jump(Kind kind, long number)
        {
            switch (number)
            {
                case 0:
                    return 5;
                case 1:
                    return 3;
                case 2:
                    return 8;
                case 0x1234567890:
                    return 2;
                default:
                    return kind switch { Kind.None => 1, _ => (int)((ulong)number >> 40) };
            }
        }

        internal ref byte Octet(int index)
        {
            return ref _buffer[index];
        }

        internal DateTime Later(DateTime time)
        {
            try
            {
                return time + new TimeSpan(0, 0, Length);
            }
            catch (Exception problem) when (problem.Message.Length != 0)
            {
                throw new InvalidOperationException("Say what happened and what to do.");
            }
        }

        private void Handle(int value)
        {
            Length = value;
            Changed?.Invoke(value);
        }
    }

    internal class GoodThreads
    {
        private readonly AutoResetEvent _woken = new(false);
        private readonly Thread _thread;
        private readonly Timer _timer;
        private int _count;

        internal GoodThreads()
        {
            _thread = new Thread(Run);
            _timer = new Timer(Tick, null, 100, 100);
            _thread.Start();
        }

        private void Run()
        {
            while (_woken.WaitOne(1000, false))
            {
                Thread.Sleep(1);
            }
        }

        private void Tick(object? state)
        {
            Interlocked.Increment(ref _count);
            _woken.Set();
        }
    }

    private static int Doubled(this int value)
    {
        return value * 2;
    }
}
