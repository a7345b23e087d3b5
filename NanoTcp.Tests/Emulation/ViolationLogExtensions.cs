using System.Collections.Generic;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

/// <summary>The log of violations as tests like to look at it.</summary>
internal static class ViolationLogExtensions
{
    /// <summary>All that the log keeps.</summary>
    internal static List<Violation> ToList(this ViolationLog log)
    {
        List<Violation> entries = [];
        for (int i = 0; i < log.Count; i++)
        {
            entries.Add(log.GetEntry(i));
        }

        return entries;
    }
}
