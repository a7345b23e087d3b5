using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using NanoTcp.Tests.Architecture;

namespace NanoTcp.Tests.Cost;

/// <summary>
/// What the paths that matter cost on the device's interpreter, in IL instructions: the table in docs/performance.md, so that
/// a change of the price is seen in review.
/// </summary>
[TestClass]
public sealed class CostPageTests
{
    private const string Begin = "<!-- counted: begin -->\n";
    private const string End = "<!-- counted: end -->";
    private static readonly Lazy<IReadOnlyDictionary<string, long>> s_costs = new(() => new CountingContext().Run());

    [TestMethod]
    public void The_page_holds_the_counted_table()
    {
        string path = Path.Combine(Repository.Root, "docs", "performance.md");
        string page = File.Exists(path) ? File.ReadAllText(path) : "";
        int begin = page.IndexOf(Begin, StringComparison.Ordinal);
        int end = page.IndexOf(End, StringComparison.Ordinal);
        string held = begin < 0 || end < begin ? "" : page[(begin + Begin.Length)..end];
        string expected = Table();
        if (held != expected)
        {
            Assert.Fail($"{path} is out of date. Between its marks it should hold:\n{expected}");
        }
    }

    private static string Table()
    {
        StringBuilder table = new("| Path | IL instructions |\n|---|---:|\n");
        foreach ((string path, long cost) in s_costs.Value)
        {
            table.Append(CultureInfo.InvariantCulture, $"| {path} | {cost:N0} |\n");
        }

        return table.ToString();
    }
}
