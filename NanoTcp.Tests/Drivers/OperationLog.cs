using System;
using System.Collections.Generic;
using NanoTcp.Drivers.Enc28j60;

namespace NanoTcp.Tests.Drivers;

/// <summary>The wires between driver and chip, with what the host said in every operation: "9F 04" is BFS ECON1, RXEN.</summary>
internal sealed class OperationLog : ISpiBus
{
    /// <summary>Longer operations are bursts, of which the opcode is enough.</summary>
    private const int LongestShown = 3;

    private readonly ISpiBus _chip;
    private readonly List<string> _operations = [];

    internal OperationLog(ISpiBus chip)
    {
        _chip = chip;
    }

    /// <summary>How many operations are such ones.</summary>
    internal int Count(Predicate<string> which)
    {
        return _operations.FindAll(which).Count;
    }

    public void Transfer(byte[] buffer, int offset, int count)
    {
        Note(buffer, offset, count);
        _chip.Transfer(buffer, offset, count);
    }

    public void Write(byte[] buffer, int offset, int count)
    {
        Note(buffer, offset, count);
        _chip.Write(buffer, offset, count);
    }

    private void Note(byte[] buffer, int offset, int count)
    {
        int shown = count <= LongestShown ? count : 1;
        _operations.Add(BitConverter.ToString(buffer, offset, shown).Replace('-', ' '));
    }
}
