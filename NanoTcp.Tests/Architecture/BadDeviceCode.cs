// Examples that the check of the device profile has to catch, each in a type of its own.
#pragma warning disable CA1802, CA1812, CA1822, CA1823, CA2211, CA1052, CA1515, CA1852, CA1034, CA1814, CA1815, CA2101, CA1838, CA5392, CA1401, CA2002, CA1305, CA1829, CA1826, CA1849, SYSLIB1054
#pragma warning disable IDE0044, IDE0051, IDE0052, IDE0059, IDE0060, CS0169, CS0649

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace NanoTcp.Tests.Architecture;

internal static class BadDeviceCode
{
    internal delegate int Operation(int value);

    internal class GenericType<T>;

    internal interface IGeneric<T>;

    internal class GenericMethod
    {
        internal T Same<T>(T value) => value;
    }

    internal class UsesGenericType
    {
        internal int Count() => new Dictionary<int, int>().Count;
    }

    internal class DerivesFromGenericType : GenericType<int>;

    internal abstract class ImplementsGenericType : IComparable<int>
    {
        public abstract int CompareTo(int other);
    }

    internal class UsesGenericMethod
    {
        internal byte[] Empty() => Array.Empty<byte>();
    }

    internal class UsesNullable
    {
        private int? _value;
    }

    internal class UsesTuple
    {
        internal (int First, int Second) Both() => (1, 2);
    }

    internal class UsesTupleObject
    {
        private Tuple<int, int>? _both;
    }

    internal class UsesLinq
    {
        internal int First(int[] values) => values.First();
    }

    internal record Record(int Value);

    internal record struct RecordStruct(int Value);

    internal class AnonymousType
    {
        internal object Make() => new { Value = 1 };
    }

    internal struct ValueType
    {
        internal int Value;
    }

    internal ref struct ReferenceStruct
    {
        internal int Value;
    }

    internal unsafe struct FixedBuffer
    {
        internal fixed byte Octets[8];
    }

    internal enum Severity
    {
        Low,
    }

    internal class UsesOwnStruct
    {
        internal int Read()
        {
            ValueType value = default;
            value.Value++;
            return value.Value;
        }
    }

    internal class UsesLibraryStruct
    {
        private Guid _identity;
    }

    internal class CapturesInLocalFunction
    {
        internal int Add(int value)
        {
            return Sum(1) + Sum(2);

            int Sum(int other) => value + other;
        }
    }

    internal class UsesDecimal
    {
        internal int Half(int value) => (int)(value * 0.5m);
    }

    internal class UsesIndex
    {
        internal Index Last() => ^1;
    }

    internal class Interpolates
    {
        internal string Text(int value) => $"value {value}";
    }

    internal class Async
    {
        internal async Task Wait() => await Task.Yield();
    }

    internal class AsyncIterator
    {
        internal async IAsyncEnumerable<int> Numbers()
        {
            await Task.Yield();
            yield return 1;
        }
    }

    internal class Iterator
    {
        internal System.Collections.IEnumerable Numbers()
        {
            yield return this;
        }
    }

    internal class Multidimensional
    {
        internal int Read(object grid) => ((int[,])grid)[1, 1];
    }

    internal class MultidimensionalField
    {
        private byte[,]? _grid;
    }

    internal class MakesMultidimensional
    {
        internal object Make() => new byte[2, 2];
    }

    internal unsafe class Pointer
    {
        internal byte Read(byte* buffer) => *buffer;
    }

    internal unsafe class PointerField
    {
        private byte* _buffer;
    }

    internal unsafe class Fixed
    {
        internal byte Read(byte[] buffer)
        {
            fixed (byte* first = buffer)
            {
                return *first;
            }
        }
    }

    internal unsafe class FixedString
    {
        internal char Read(string text)
        {
            fixed (char* first = text)
            {
                return *first;
            }
        }
    }

    internal unsafe class StackAlloc
    {
        internal byte Read()
        {
            byte* buffer = stackalloc byte[4];
            return buffer[1];
        }
    }

    internal class StackAllocToSpan
    {
        internal int Read(int length)
        {
            Span<byte> buffer = stackalloc byte[length];
            return buffer.Length;
        }
    }

    internal unsafe class FunctionPointer
    {
        internal void Take(delegate*<int, int> function) { }
    }

    internal unsafe class CallsFunctionPointer
    {
        internal int Call(object function) => ((delegate*<int, int>)Unwrap(function))(1);

        private static void* Unwrap(object function) => null;
    }

    internal class UsesNativeInteger
    {
        internal nuint Same(nuint value) => value;
    }

    internal class NativeIntegerField
    {
        private nint _value;
    }

    internal class UsesSpan
    {
        internal void Clear(byte[] buffer)
        {
            Span<byte> all = buffer;
            all.Clear();
        }
    }

    internal class UsesReadOnlySpan
    {
        internal int Length(byte[] buffer) => new ReadOnlySpan<byte>(buffer).Length;
    }

    internal class UsesMemory
    {
        private Memory<byte> _memory;
    }

    internal class Lambda
    {
        internal Operation Make() => value => value + 1;
    }

    internal class LambdaInConstructor
    {
        private readonly Operation _operation;
        private int _by;

        internal LambdaInConstructor()
        {
            _operation = value => value + _by;
        }
    }

    internal class Closure
    {
        internal Operation Make(int by) => value => value + by;
    }

    internal class MethodGroup
    {
        internal Operation Make() => Add;

        private int Add(int value) => value + 1;
    }

    internal class VirtualMethodGroup
    {
        internal Operation Make() => Add;

        internal virtual int Add(int value) => value + 1;
    }

    internal class UsesBuffer
    {
        internal void Copy(byte[] from, byte[] to) => Buffer.BlockCopy(from, 0, to, 0, 4);
    }

    internal class UsesStopwatch
    {
        internal long Now() => Stopwatch.GetTimestamp();
    }

    internal class UsesTickCount
    {
        internal long Now() => Environment.TickCount64;
    }

    internal class UsesUtcNow
    {
        internal long Now() => DateTime.UtcNow.Ticks;
    }

    internal class UsesRandom
    {
        internal object Make() => new Random();
    }

    internal class UsesMonitorWait
    {
        internal void Wait(object gate)
        {
            lock (gate)
            {
                Monitor.Wait(gate);
            }
        }
    }

    internal class UsesMonitorPulse
    {
        internal void Pulse(object gate)
        {
            lock (gate)
            {
                Monitor.Pulse(gate);
                Monitor.PulseAll(gate);
            }
        }
    }

    internal class VolatileField
    {
        internal volatile int Value;
    }

    internal class ReadsVolatileFieldOfAnother
    {
        internal int Read(VolatileField other) => other.Value;
    }

    internal class UsesVolatile
    {
        private int _value;

        internal int Read() => Volatile.Read(ref _value);
    }

    internal class Checked
    {
        internal int Add(int a, int b) => checked(a + b);
    }

    internal class CheckedConversion
    {
        internal byte Low(int value) => checked((byte)value);
    }

    internal class Hides : Exception
    {
        public new string ToString() => "";
    }

    internal class HidesInPrivate : Exception
    {
        private new Exception? GetBaseException() => null;
    }

    internal class HidesByVirtual : Exception
    {
        public new virtual string ToString() => "";
    }

    internal interface IDefaultMethod
    {
        int Value() => 1;
    }

    internal interface IStaticMethod
    {
        static int Value() => 1;
    }

    internal interface IStaticAbstract
    {
        static abstract int Value();
    }

    internal class UsesThreadPool
    {
        internal void Run() => ThreadPool.QueueUserWorkItem(null!);
    }

    internal class UsesAction
    {
        private Action? _action;
    }

    internal class UsesGenericAction
    {
        private Action<int>? _action;
    }

    internal class UsesFunc
    {
        private Func<int>? _function;
    }

    internal class UsesResize
    {
        internal void Grow(byte[] buffer) => Array.Resize(ref buffer, 8);
    }

    internal class UsesBinaryPrimitives
    {
        internal ushort Turn(ushort value) => System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value);
    }

    internal class UsesMath
    {
        internal int Larger(int a, int b) => Math.Max(a, b);
    }

    internal class UsesSeed
    {
        internal object Make() => new Random(5);
    }

    internal class UsesEnumText
    {
        internal string Text(Severity severity) => severity.ToString();
    }

    internal class UsesBoxedEnumText
    {
        internal string Text(Severity severity) => string.Concat("severity ", (object)severity);
    }

    internal class UsesEnumName
    {
        internal string? Text(object severity) => Enum.GetName(typeof(Severity), severity);
    }

    internal class CatchesDivisionByZero
    {
        internal int Divide(int a, int b)
        {
            try
            {
                return a / b;
            }
            catch (DivideByZeroException)
            {
                return 0;
            }
        }
    }

    internal class CatchesOverflow
    {
        internal int Add(int a, int b)
        {
            try
            {
                return a + b;
            }
            catch (OverflowException)
            {
                return 0;
            }
        }
    }

    internal class UsesThreadStatic
    {
        [ThreadStatic]
        private static int s_value;
    }

    internal class AsksForInlining
    {
        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
        internal int Same(int value) => value;
    }

    internal ref struct ReferenceField
    {
        private ref int _value;
    }

    internal class UsesRange
    {
        internal Range All() => ..;
    }

    internal class Slices
    {
        internal byte[] Middle(byte[] octets) => octets[1..2];
    }

    internal class UsesRequired
    {
        internal required int Value { get; set; }
    }

    internal class UsesInit
    {
        internal int Value { get; init; }
    }

    internal class UsesTypedReference
    {
        internal int Read(int value)
        {
            TypedReference reference = __makeref(value);
            return __refvalue(reference, int);
        }
    }

    internal unsafe class UsesSizeOf
    {
        internal int Size() => sizeof(Guid);
    }

    internal class Native
    {
        [DllImport("libc", EntryPoint = "getpid")]
        internal static extern int ProcessId();
    }
}
