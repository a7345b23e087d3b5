using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using NanoTcp.Tests.Architecture;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Drivers;

/// <summary>docs/errata.md names for each erratum one place in the driver, and tests; all of them are there.</summary>
[TestClass]
public sealed partial class ErrataPageTests
{
    private const int Count = 19;
    private const string DriverFolder = "NanoTcp.Drivers.Enc28j60";

    private static readonly Func<Type, string> s_fileOf = TestMarkers.FilesOf(Repository.Root, "NanoTcp.Tests");

    [TestMethod]
    public void All_nineteen_errata_are_there_in_order_with_the_silicon_that_has_them()
    {
        string[] silicon =
        [
            "B1, B4", "all", "B1, B4", "all", "all", "all", "all", "B1, B4", "all", "all",
            "all", "all", "B5, B7", "all", "all", "all", "all", "all", "all",
        ];
        List<Match> entries = Entries();
        CollectionAssert.AreEqual(Enumerable.Range(1, Count).ToArray(), entries.Select(Number).ToArray());
        CollectionAssert.AreEqual(silicon, entries.Select(entry => entry.Groups["silicon"].Value).ToArray());
    }

    [TestMethod]
    public void Every_place_says_Erratum_N_and_is_the_only_one_in_the_driver_that_does()
    {
        CodeMarkers markers = CodeMarkers.ReadFolder(Repository.Root, DriverFolder);
        List<string> faults = [];
        foreach (Match entry in Entries())
        {
            int number = Number(entry);
            string[] expected = [$"{entry.Groups["file"].Value} {entry.Groups["place"].Value}"];
            string[] found =
            [
                .. markers.Comments
                    .Where(comment => Markers().Matches(comment.Text).Any(mark => mark.Groups[1].Value == Text(number)))
                    .Select(comment => $"{comment.File} {WithoutConstructor(comment.Member)}"),
            ];
            if (!found.SequenceEqual(expected))
            {
                faults.Add($"Erratum {number}: the page says {expected[0]}, in the code it is {string.Join(" and ", found)}.");
            }
        }

        AssertNone(faults);
    }

    [TestMethod]
    public void No_comment_of_the_driver_names_an_erratum_in_any_other_form()
    {
        // "errata 12, 13", "erratum 7" or a number on the next line would not be found by who looks for "Erratum 7".
        List<string> faults = [];
        foreach (IGrouping<string, string> file in CodeMarkers.ReadFolder(Repository.Root, DriverFolder).Comments
            .GroupBy(comment => comment.File, comment => comment.Text.TrimStart(' ', '/')))
        {
            int right = file.Sum(line => Markers().Count(line));
            MatchCollection all = AnyForm().Matches(string.Join(' ', file));
            if (all.Count != right)
            {
                faults.Add($"{file.Key}: {string.Join("; ", all.Select(mark => mark.Value))}. Write \"Erratum N\", each on its own.");
            }
        }

        AssertNone(faults);
    }

    [TestMethod]
    public void Every_erratum_is_shown_by_a_test_of_the_driver_and_by_one_of_the_chip_and_they_exist()
    {
        List<string> faults = [];
        foreach (Match entry in Entries())
        {
            List<Match> tests = Links().Matches(entry.Groups["tests"].Value).ToList();
            faults.AddRange(tests.Where(test => !IsTest(test)).Select(test => $"Erratum {Number(entry)}: there is no test {test.Value}."));
            foreach (string folder in new[] { "NanoTcp.Tests/Drivers/", "NanoTcp.Tests/Emulation/" })
            {
                if (!tests.Any(test => test.Groups["path"].Value.StartsWith(folder, StringComparison.Ordinal)))
                {
                    faults.Add($"Erratum {Number(entry)} has no test in {folder}.");
                }
            }
        }

        AssertNone(faults);
    }

    [TestMethod]
    public void What_the_page_names_of_driver_and_emulator_exists()
    {
        AssertNone(PageWords.Unknown(Page()));
    }

    [GeneratedRegex(
        @"^\*\*Erratum (?<number>\d+)\*\* \((?<silicon>[^)]+)\): .+\n"
            + @"- Driver: \[`(?<place>[\w.]+)`\]\(\.\./(?<file>[\w./]+)\)\. .+\n"
            + @"- Emulator: .+\n"
            + @"- Tests: (?<tests>.+)\n",
        RegexOptions.Multiline)]
    private static partial Regex Entry();

    [GeneratedRegex(@"\[`(?<name>(?<class>\w+)\.(?<method>\w+))`\]\(\.\./(?<path>[\w./]+)\)")]
    private static partial Regex Links();

    [GeneratedRegex(@"\bErratum (\d+)\b")]
    private static partial Regex Markers();

    [GeneratedRegex(@"\berrat(?:um|a)\s+\d+", RegexOptions.IgnoreCase)]
    private static partial Regex AnyForm();

    private static string Page()
    {
        return File.ReadAllText(Path.Combine(Repository.Root, "docs", "errata.md")).ReplaceLineEndings("\n");
    }

    private static List<Match> Entries() => Entry().Matches(Page()).ToList();

    private static int Number(Match entry) => int.Parse(entry.Groups["number"].Value, CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A constructor is called as its type is.</summary>
    private static string? WithoutConstructor(string? member)
    {
        string[] parts = member?.Split('.') ?? [];
        return parts.Length == 2 && parts[0] == parts[1] ? parts[0] : member;
    }

    private static bool IsTest(Match link)
    {
        Type? type = typeof(ErrataPageTests).Assembly.GetTypes()
            .Where(one => one.Name == link.Groups["class"].Value && one.IsDefined(typeof(TestClassAttribute), false))
            .FirstOrDefault(one => s_fileOf(one) == link.Groups["path"].Value);
        MethodInfo? method = type?.GetMethod(link.Groups["method"].Value);
        return method != null && method.IsDefined(typeof(TestMethodAttribute), false) && !method.IsDefined(typeof(IgnoreAttribute), false);
    }

    private static void AssertNone(List<string> faults)
    {
        Assert.IsEmpty(faults, $"{faults.Count}:\n{string.Join('\n', faults)}");
    }
}
