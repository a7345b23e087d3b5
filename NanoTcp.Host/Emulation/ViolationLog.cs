using System.Collections.Generic;
using System.Globalization;

namespace NanoTcp.Host.Emulation;

/// <summary>Keeps the first violations and counts them all.</summary>
internal sealed class ViolationLog
{
    /// <summary>How many are kept.</summary>
    internal const int Capacity = 100;

    internal readonly List<Violation> Entries = new(Capacity);

    /// <summary>How many there were.</summary>
    internal long Total;

    internal void Clear()
    {
        Entries.Clear();
        Total = 0;
    }

    internal void AtRegister(ViolationKind kind, int register, byte opcode, long nanoseconds)
    {
        Total++;
        if (Entries.Count < Capacity)
        {
            Entries.Add(new Violation(kind, RegisterMap.NameOf(register), register, opcode, nanoseconds));
        }
    }

    internal void AtMemory(ViolationKind kind, int address, byte opcode, long nanoseconds)
    {
        Total++;
        if (Entries.Count < Capacity)
        {
            string location = string.Create(CultureInfo.InvariantCulture, $"memory {address:X4}h");
            Entries.Add(new Violation(kind, location, address, opcode, nanoseconds));
        }
    }
}
