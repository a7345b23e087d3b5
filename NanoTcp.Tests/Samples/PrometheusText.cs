using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;

namespace NanoTcp.Tests.Samples;

/// <summary>
/// A strict reader of the text format, version 0.0.4: HELP and TYPE once a metric and before its samples, the lines of
/// a metric together, names and labels of the allowed characters, no series twice, a line feed at the end.
/// </summary>
internal sealed partial class PrometheusText
{
    internal Dictionary<string, string> Types { get; } = [];

    internal Dictionary<string, double> Samples { get; } = [];

    internal double Value(string series)
    {
        Assert.IsTrue(Samples.TryGetValue(series, out double value), $"There is no {series}.");
        return value;
    }

    internal static PrometheusText Parse(string text)
    {
        PrometheusText result = new();
        HashSet<string> helped = [];
        HashSet<string> left = [];
        string current = "";
        Assert.IsTrue(text.EndsWith('\n'), "The last line ends with a line feed.");
        foreach (string line in text[..^1].Split('\n'))
        {
            Match comment = Comment().Match(line);
            Match sample = Sample().Match(line);
            Assert.IsTrue(comment.Success != sample.Success, $"Neither a comment nor a sample: {line}");
            string name = comment.Success ? comment.Groups["name"].Value : sample.Groups["name"].Value;
            if (name != current)
            {
                Assert.IsTrue(left.Add(current), $"The lines of {current} are not together.");
                Assert.IsFalse(left.Contains(name), $"The lines of {name} are not together.");
                current = name;
            }

            if (sample.Success)
            {
                Assert.IsTrue(result.Types.ContainsKey(name), $"A sample before its TYPE: {line}");
                string[] labels = [.. sample.Groups["label"].Captures.Select(c => c.Value)];
                Assert.AreEqual(labels.Length, labels.Distinct().Count(), $"A label twice: {line}");
                Assert.IsFalse(labels.Any(l => l.StartsWith("__", StringComparison.Ordinal)), line);
                double value = double.Parse(sample.Groups["value"].Value, CultureInfo.InvariantCulture);
                Assert.IsTrue(result.Types[name] != "counter" || value >= 0, line);
                Assert.IsTrue(result.Samples.TryAdd(sample.Groups["series"].Value, value), $"A series twice: {line}");
            }
            else if (comment.Groups["kind"].Value == "HELP")
            {
                Assert.IsTrue(helped.Add(name), $"HELP twice: {line}");
            }
            else
            {
                Assert.IsTrue(comment.Groups["rest"].Value is "counter" or "gauge", line);
                Assert.IsTrue(result.Types.TryAdd(name, comment.Groups["rest"].Value), $"TYPE twice: {line}");
                Assert.IsTrue(helped.Contains(name), $"No HELP: {line}");
            }
        }

        return result;
    }

    [GeneratedRegex("^# (?<kind>HELP|TYPE) (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<rest>[^\\\\]+)$")]
    private static partial Regex Comment();

    [GeneratedRegex("^(?<series>(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\\{(?<label>[a-zA-Z_][a-zA-Z0-9_]*)=\"[^\"\\\\]*\"(,(?<label>[a-zA-Z_][a-zA-Z0-9_]*)=\"[^\"\\\\]*\")*\\})?) (?<value>[0-9]+(\\.[0-9]+)?)$")]
    private static partial Regex Sample();
}
