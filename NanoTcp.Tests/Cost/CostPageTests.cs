using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
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
    private static readonly CountingContext s_context = new();
    private static readonly Lazy<IReadOnlyDictionary<string, long[]>> s_costs = new(s_context.Run);

    [TestMethod]
    public void The_page_holds_the_counted_table()
    {
        HeldPage.AssertHolds("performance.md", "counted", Table());
    }

    /// <summary>What each path may cost, whatever else is changed; the message says where its instructions go.</summary>
    [TestMethod]
    [DataRow(CostScenarios.Empty, 80)]
    [DataRow(CostScenarios.PureAck, 600)]
    [DataRow(CostScenarios.FurtherAck, 450)]
    [DataRow(CostScenarios.SegmentIn, 3_620)]
    [DataRow(CostScenarios.Connection, 7_870)]
    public void A_path_costs_no_more_than_its_limit(string path, int most)
    {
        long[] cost = s_costs.Value[path];
        if (cost.Sum() > most)
        {
            Assert.Fail($"{path} costs {cost.Sum():N0} instructions, and may cost {most:N0}:\n{Methods(cost)}");
        }
    }

    private static string Methods(long[] cost)
    {
        StringBuilder methods = new();
        foreach (int i in Enumerable.Range(0, cost.Length).Where(i => cost[i] != 0).OrderByDescending(i => cost[i]))
        {
            methods.Append(CultureInfo.InvariantCulture, $"{cost[i],8:N0} {s_context.Methods[i]}\n");
        }

        return methods.ToString();
    }

    private static string Table()
    {
        StringBuilder table = new("| Path | IL instructions |\n|---|---:|\n");
        foreach ((string path, long[] cost) in s_costs.Value)
        {
            table.Append(CultureInfo.InvariantCulture, $"| {path} | {cost.Sum():N0} |\n");
        }

        return table.ToString();
    }
}
