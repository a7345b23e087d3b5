using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;

namespace NanoTcp.Tests.Compliance;

/// <summary>Finds the rules that tests say they show, by <see cref="RequirementAttribute"/>.</summary>
internal static class TestMarkers
{
    /// <summary>Tests that run wherever the test run does; those that need a Linux kernel as the peer may be skipped.</summary>
    private const string NeedsTheKernel = "Peers";

    /// <summary>The places of all tests of the types.</summary>
    /// <param name="types">The classes to look at.</param>
    /// <param name="fileOf">The file of a class.</param>
    internal static List<Place> Read(IEnumerable<Type> types, Func<Type, string> fileOf)
    {
        List<Place> places = [];
        foreach (Type type in types.OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            List<MethodInfo> tests = type.GetMethods().Where(Runs).ToList();
            if (type.IsAbstract || tests.Count == 0 || type.GetCustomAttribute<IgnoreAttribute>() != null)
            {
                continue;
            }

            bool always = AlwaysRuns(type);
            places.AddRange(Of(type, type.Name, always && tests.Any(AlwaysRuns)));
            foreach (MethodInfo test in tests.OrderBy(test => test.Name, StringComparer.Ordinal))
            {
                places.AddRange(Of(test, type.Name + "." + test.Name, always && AlwaysRuns(test)));
            }

            IEnumerable<Place> Of(MemberInfo member, string name, bool alwaysRuns)
            {
                return member.GetCustomAttributes<RequirementAttribute>()
                    .SelectMany(mark => mark.Ids.Select(id => new Place(mark.Document, id, fileOf(type), name, alwaysRuns)));
            }
        }

        return places;
    }

    /// <summary>Finds the file that declares a class of the tests.</summary>
    internal static Func<Type, string> FilesOf(string root, string folder)
    {
        ILookup<string, string> files = Directory
            .GetFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(root, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)
            .ToLookup(file => Path.GetFileNameWithoutExtension(file));
        return type =>
        {
            string[] candidates = [.. files[type.Name]];
            return candidates.FirstOrDefault(file => file.Replace('/', '.') == type.FullName + ".cs")
                ?? candidates.FirstOrDefault()
                ?? throw new InvalidOperationException($"No file under {folder} is named after {type.Name}.");
        };
    }

    private static bool Runs(MethodInfo method)
    {
        return method.GetCustomAttribute<TestMethodAttribute>() != null && method.GetCustomAttribute<IgnoreAttribute>() == null;
    }

    private static bool AlwaysRuns(MemberInfo member)
    {
        return !member.GetCustomAttributes<TestCategoryAttribute>().Any(c => c.TestCategories.Contains(NeedsTheKernel));
    }
}
