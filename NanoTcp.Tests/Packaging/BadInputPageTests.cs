using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Text;
using NanoTcp.Tests.Architecture;

namespace NanoTcp.Tests.Packaging;

/// <summary>docs/bad-input.md lists the tests that are named after a class of mistakes, and every parser has some.</summary>
[TestClass]
public sealed class BadInputPageTests
{
    private static readonly string[] s_reports = ["AMNESIA_33", "INFRA_HALT", "NAME_WRECK", "NUMBER_JACK", "Ripple20", "URGENT_11"];

    /// <summary>What is fed with octets of strangers, by the names of its test classes.</summary>
    private static readonly (string Parser, string[] Classes)[] s_parsers =
    [
        ("IPv4 fragments", ["FragmentAttackTests"]),
        ("ICMP", ["IcmpBadInputTests"]),
        ("IGMP", ["IgmpBadInputTests"]),
        ("TCP", ["UrgentTests", "IsnGeneratorTests"]),
        ("UDP", ["BadDatagramTests"]),
        ("DHCP options", ["DhcpLiesTests"]),
        ("DNS names and messages", ["DnsNameTests", "DnsMessageTests"]),
        ("DNS answers", ["DnsForgeryTests", "DnsMalformedTests"]),
        ("mDNS", ["MdnsBadInputTests"]),
        ("SNTP", ["SntpForgeryTests"]),
    ];

    [TestMethod]
    public void The_page_lists_the_tests()
    {
        HeldPage.AssertHolds("bad-input.md", "tests", Table());
    }

    [TestMethod]
    public void Every_parser_has_tests_named_after_classes_of_mistakes()
    {
        string[] without = s_parsers.Where(p => TestsOf(p.Classes).Count == 0).Select(p => p.Parser).ToArray();
        Assert.IsEmpty(without);
    }

    private static List<MethodInfo> TestsOf(string[] classes)
    {
        return typeof(BadInputPageTests).Assembly.GetTypes()
            .Where(type => classes.Contains(type.Name))
            .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Where(method => method.GetCustomAttribute<TestMethodAttribute>() != null && ReportOf(method) != null)
            .OrderBy(method => method.Name, StringComparer.Ordinal).ToList();
    }

    private static string? ReportOf(MethodInfo method) =>
        Array.Find(s_reports, report => method.Name.StartsWith(report + "_", StringComparison.Ordinal));

    private static string Table()
    {
        StringBuilder table = new("| Parser | Report | Tests |\n|---|---|---|\n");
        foreach ((string parser, string[] classes) in s_parsers)
        {
            foreach (IGrouping<string?, MethodInfo> report in TestsOf(classes).GroupBy(ReportOf))
            {
                string tests = string.Join("; ", report.Select(m => m.Name[(report.Key!.Length + 1)..].Replace('_', ' ')));
                table.Append(CultureInfo.InvariantCulture, $"| {parser} | {report.Key!.Replace('_', ' ')} | {tests} |\n");
            }
        }

        return table.ToString();
    }
}
