// Examples for the check of allocations, each in a type of its own; the check begins at Run.
#pragma warning disable CA1510, CA1512, CA1051, CA1034, CA1052, CA1305, CA1802, CA1805, CA1815, CA1822, CA1823, CA1852, CA1859, CA2201, CA2211, CA1050, CA1716, CA1024, CA1065, CA1725, CA1812
#pragma warning disable IDE0044, IDE0051, IDE0052, IDE0059, IDE0060, IDE0300, CS0169, CS0219, CS0414, CS0649

using System;
using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace NanoTcp.Tests.DeviceCode;

/// <summary>What the check has to catch.</summary>
public static class BadAllocations
{
    public delegate int Operation(int value);

    public interface IWorker
    {
        object Work();
    }

    public interface IWorkerWithBody
    {
        object Work()
        {
            return new object();
        }
    }

    public struct Pair
    {
        public int First;
        public int Second;
    }

    public class MakesObject
    {
        public object Run() => new object();
    }

    public class MakesArray
    {
        public byte[] Run(int size) => new byte[size];
    }

    public class MakesInitialisedArray
    {
        public int Run() => Sum(new[] { 1, 2, 3 });

        private static int Sum(int[] values) => values.Length;
    }

    public class PassesParams
    {
        public int Run() => Count(1, 2);

        private static int Count(params int[] values) => values.Length;
    }

    public class Boxes
    {
        public object Run(int value) => value;
    }

    public class NamesString
    {
        public int Run() => Length("text");

        private static int Length(string text) => text.Length;
    }

    public class NamesConstant
    {
        private const string Text = "text";

        public string Run() => Text;
    }

    public class HoldsStruct
    {
        public int Run()
        {
            Pair pair = default;
            pair.First = 1;
            return pair.First;
        }
    }

    public class TakesStruct
    {
        public int Run(Pair pair) => pair.First;
    }

    public class CallsWithStruct
    {
        private Pair[] _pairs = new Pair[1];

        public int Run() => Take(_pairs[0]);

        private static int Take(in Pair pair, Pair copy = default) => pair.First;
    }

    public class ReturnsStruct
    {
        private Pair _pair;

        public Pair Run() => _pair;
    }

    public class LoadsStructFromStatic
    {
        private static Pair s_from;
        private static Pair s_to;

        public void Run() => s_to = s_from;
    }

    public class LoadsStructFromArray
    {
        private Pair[] _pairs = new Pair[2];

        public void Run() => _pairs[0] = _pairs[1];
    }

    public class UsesDecimal
    {
        public int Run(int value) => (int)(value * 0.5m);
    }

    public class UsesSpan
    {
        public int Run(byte[] buffer)
        {
            Span<byte> all = buffer;
            return all.Length;
        }
    }

    public class MakesDelegate
    {
        private Operation? _operation;

        public void Run() => _operation = Add;

        private int Add(int value) => value + 1;
    }

    public class Captures
    {
        private Operation? _operation;

        public void Run(int by) => _operation = value => value + by;
    }

    public class Yields
    {
        public IEnumerable Run()
        {
            yield return this;
        }
    }

    public class ThrowsOtherThanForMisuse
    {
        public void Run(int value)
        {
            if (value == 0)
            {
                throw new NotSupportedException();
            }
        }
    }

    public class ThrowsForMisuseOfWhatIsNotPublic
    {
        public void Run(int value) => Check(value);

        private static void Check(int value)
        {
            if (value == 0)
            {
                throw new ArgumentOutOfRangeException(nameof(value));
            }
        }
    }

    public class MakesBeforeItMayThrow
    {
        public void Run(int value)
        {
            string text = "text";
            if (value == 0)
            {
                throw new ArgumentException(text);
            }
        }
    }

    public class CallsLibrary
    {
        public string Run(string first, string second) => first + second;
    }

    public class TurnsNumberIntoText
    {
        public string Run(int value) => value.ToString();
    }

    public class BehindCalls
    {
        public object Run() => First();

        private object First() => Second;

        private static object Second => new object();
    }

    public class BehindVirtualCall
    {
        private Base? _base;

        public object? Run() => _base!.Work();

        public class Base
        {
            public virtual object? Work() => null;
        }

        public class Derived : Base
        {
            public override object Work() => new object();
        }
    }

    public class BehindAbstractCall
    {
        private Base? _base;

        public object Run() => _base!.Work();

        public abstract class Base
        {
            public abstract object Work();
        }

        public abstract class Between : Base;

        public class Derived : Between
        {
            public override object Work() => new object();
        }
    }

    public class BehindInterface
    {
        private IWorker? _worker;

        public object Run() => _worker!.Work();

        public class Worker : IWorker
        {
            public object Work() => new object();
        }
    }

    public class BehindExplicitImplementation
    {
        private IWorker? _worker;

        public object Run() => _worker!.Work();

        public class Worker : IWorker
        {
            object IWorker.Work() => new byte[1];
        }
    }

    public class BehindInheritedImplementation
    {
        private IOther? _worker;

        public object Run() => _worker!.Other();

        public interface IOther
        {
            object Other();
        }

        public class Base
        {
            public object Other() => new object();
        }

        public class Worker : Base, IOther;
    }

    public class BehindInterfaceWithBody
    {
        private IWorkerWithBody? _worker;

        public object Run() => _worker!.Work();

        public class Worker : IWorkerWithBody;
    }

    public class BehindLibrarysVirtual
    {
        private object? _anything;

        public bool Run(object other) => _anything!.Equals(other);

        public class Derived
        {
            public override bool Equals(object? obj) => obj == new object();

            public override int GetHashCode() => 0;
        }
    }

    public class BehindDelegate
    {
        private readonly Operation _operation;

        public BehindDelegate()
        {
            _operation = Work;
        }

        public int Run() => _operation(1);

        private int Work(int value) => new byte[value].Length;
    }

    public class InHandler
    {
        public object? Run(IWorker worker)
        {
            try
            {
                return worker;
            }
            catch (InvalidOperationException)
            {
                return new object();
            }
        }
    }

    public class InFinally
    {
        private object? _made;

        public int Run(int value)
        {
            try
            {
                return value / _made!.GetHashCode();
            }
            finally
            {
                _made = new object();
            }
        }
    }
}

/// <summary>What the check has to let through.</summary>
public static class GoodAllocations
{
    public enum Kind
    {
        None,
        Some,
    }

    public delegate int Operation(int value);

    public class Good
    {
        private static readonly int[] s_table = { 1, 2, 3, 4, 5, 6, 7, 8 };
        private static readonly string s_text = "made once";

        private readonly byte[] _buffer = new byte[64];
        private readonly Base _base = new Derived();
        private readonly IGood _good = new Implementation();
        private readonly Operation _operation;
        private Kind _kind;
        private DateTime _time;

        public Good()
        {
            _operation = Add;
        }

        public interface IGood
        {
            int Work(int value);
        }

        public Kind Kind
        {
            get { return _kind; }
            set { _kind = value; }
        }

        public int Run(byte[] buffer, int offset, ref int counter, out long sum, DateTime time)
        {
            if (buffer == null)
            {
                throw new ArgumentNullException(nameof(buffer));
            }

            if (offset < 0 || offset > buffer.Length)
            {
                throw new ArgumentOutOfRangeException(nameof(offset), offset < 0 ? "It is negative." : "It lies behind the end: " + offset);
            }

            sum = BitConverter.ToUInt32(_buffer, 0);
            Array.Copy(buffer, offset, _buffer, 0, 4);
            foreach (byte octet in _buffer)
            {
                sum += octet;
            }

            _time = time;
            Kind kind = Kind == Kind.None ? Kind.Some : Kind.None;
            Kind = kind;
            lock (_buffer)
            {
                counter += s_table[1] + s_text.Length + _base.Work(1) + _good.Work(2) + _operation(3);
            }

            return counter;
        }

        /// <summary>Nobody calls it.</summary>
        public object Make() => new object();

        private int Add(int value) => value + 1;

        public class Base
        {
            public virtual int Work(int value) => value;
        }

        public class Derived : Base
        {
            public override int Work(int value) => value + 1;
        }

        public class Implementation : IGood
        {
            public int Work(int value) => value + 2;
        }

        /// <summary>It has a method of the same name, and nothing to do with the base class and the interface.</summary>
        public class Stranger
        {
            [SuppressMessage("Performance", "CA1825", Justification = "An example.")]
            public virtual int Work(int value) => new byte[value].Length;
        }
    }
}
