using System;

namespace NanoTcp.Emulation;

/// <summary>
/// What the host did against the data sheet (DS39662) or the errata (DS80349): the first ones with all that is known
/// about them, and how many there were. Tests assert that it is empty.
/// </summary>
/// <remarks>
/// What a host does while a fault deceives it, or because a fault has spoilt what it said, is counted apart: it is not to
/// blame for that. Nothing is allocated until somebody looks.
/// </remarks>
public sealed class ViolationLog
{
    /// <summary>How many are kept.</summary>
    public const int Capacity = 100;

    private const int InMemory = 1;
    private const int WasProvoked = 2;

    private readonly byte[] _kinds = new byte[Capacity];
    private readonly ushort[] _addresses = new ushort[Capacity];
    private readonly byte[] _opcodes = new byte[Capacity];
    private readonly byte[] _marks = new byte[Capacity];
    private readonly long[] _nanoseconds = new long[Capacity];
    private int _count;
    private long _total;
    private long _provoked;

    /// <summary>How many are kept now; provoked ones are among them only while there is room.</summary>
    public int Count
    {
        get { return _count; }
    }

    /// <summary>How many there were, those that no longer found room included, provoked ones not.</summary>
    public long Total
    {
        get { return _total; }
    }

    /// <summary>How many there were in the wake of a fault.</summary>
    public long Provoked
    {
        get { return _provoked; }
    }

    /// <summary>One of them, in the order in which they came.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such entry.</exception>
    public Violation GetEntry(int index)
    {
        if (index < 0 || index >= _count)
        {
            throw new ArgumentOutOfRangeException(nameof(index));
        }

        return new Violation(
            (ViolationKind)_kinds[index],
            _addresses[index],
            (_marks[index] & InMemory) != 0,
            _opcodes[index],
            _nanoseconds[index],
            (_marks[index] & WasProvoked) != 0);
    }

    /// <summary>Forgets them all.</summary>
    public void Clear()
    {
        _count = 0;
        _total = 0;
        _provoked = 0;
    }

    /// <summary>All that are kept, a line each.</summary>
    public override string ToString()
    {
        string text = "";
        for (int i = 0; i < _count; i++)
        {
            text += GetEntry(i).ToString() + "\n";
        }

        return text;
    }

    internal void AtRegister(ViolationKind kind, int register, byte opcode, long nanoseconds, bool provoked)
    {
        Add(kind, register, 0, opcode, nanoseconds, provoked);
    }

    internal void AtMemory(ViolationKind kind, int address, byte opcode, long nanoseconds, bool provoked)
    {
        Add(kind, address, InMemory, opcode, nanoseconds, provoked);
    }

    private void Add(ViolationKind kind, int address, int mark, byte opcode, long nanoseconds, bool provoked)
    {
        if (provoked)
        {
            _provoked++;
            if (_count >= Capacity / 2)
            {
                return;
            }
        }
        else
        {
            _total++;
        }

        if (_count < Capacity)
        {
            _kinds[_count] = (byte)kind;
            _addresses[_count] = (ushort)address;
            _opcodes[_count] = opcode;
            _marks[_count] = (byte)(provoked ? mark | WasProvoked : mark);
            _nanoseconds[_count] = nanoseconds;
            _count++;
        }
    }
}
