using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Link;
using NanoTcp.Primitives;

namespace NanoTcp.Tests.Drivers;

/// <summary>Holds what a page names in code letters against the assemblies: types, members, counters.</summary>
internal static partial class PageWords
{
    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>The words in code letters that name nothing. Those of tests are somebody else's to check.</summary>
    internal static List<string> Unknown(string page)
    {
        Type[] types =
        [
            .. new[] { typeof(Enc28j60Driver), typeof(Enc28j60Chip), typeof(ILinkDevice) }.SelectMany(type => type.Assembly.GetTypes()),
        ];
        HashSet<string> known = [];
        foreach (Type type in types)
        {
            known.Add(type.Name);
            foreach (MemberInfo member in type.GetMembers(Everything))
            {
                known.Add(type.Name + "." + member.Name);
                if (type.IsPublic && type.Assembly != typeof(Enc28j60Chip).Assembly)
                {
                    known.Add(member.Name);
                }
            }
        }

        CounterSet counters = Enc28j60Counters.Create();
        for (int i = 0; i < counters.Count; i++)
        {
            known.Add(counters.GetName(i));
        }

        return
        [
            .. Word().Matches(page)
                .Select(word => word.Groups[1].Value)
                .Where(word => !word.Contains("Tests.", StringComparison.Ordinal) && !known.Contains(word))
                .Distinct(),
        ];
    }

    /// <summary>A word or two with a dot: a name of code, but for registers, which have no small letter, and commands, which begin with one.</summary>
    [GeneratedRegex(@"`((?=[A-Z]\w*[a-z])\w+(?:\.\w+)?|enc28j60_\w+)`")]
    private static partial Regex Word();
}
