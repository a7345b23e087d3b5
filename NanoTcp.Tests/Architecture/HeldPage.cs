using System;
using System.IO;

namespace NanoTcp.Tests.Architecture;

/// <summary>Pages of docs of which a test holds what stands between two marks.</summary>
internal static class HeldPage
{
    /// <summary>Fails when something else stands there, and says what should.</summary>
    /// <param name="name">The page in docs.</param>
    /// <param name="mark">The marks' name: they are comments, <c>name: begin</c> and <c>name: end</c>.</param>
    /// <param name="expected">What stands between them.</param>
    internal static void AssertHolds(string name, string mark, string expected)
    {
        string begin = $"<!-- {mark}: begin -->\n";
        string path = Path.Combine(Repository.Root, "docs", name);
        string page = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        int from = page.IndexOf(begin, StringComparison.Ordinal);
        int to = page.IndexOf($"<!-- {mark}: end -->", StringComparison.Ordinal);
        string held = from < 0 || to < from ? "" : page[(from + begin.Length)..to];
        if (held != expected)
        {
            Assert.Fail($"{path} is out of date. Between its marks it should hold:\n{expected}");
        }
    }
}
