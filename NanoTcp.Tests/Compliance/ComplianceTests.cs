using System.Collections.Generic;
using System.IO;
using System.Linq;
using NanoTcp.Tests.Architecture;

namespace NanoTcp.Tests.Compliance;

/// <summary>The stack keeps the RFCs that it names, and docs/rfc9293.md and docs/rfcs.md say where and by which tests.</summary>
[TestClass]
public sealed class ComplianceTests
{
    private const string Main = "RFC 9293";

    private static readonly string[] CodeFolders = ["NanoTcp", "NanoTcp.Drivers.Enc28j60", "samples/NanoTcp.Samples"];

    [TestMethod]
    public void Every_rule_has_its_place_and_its_test_or_a_reason()
    {
        AssertNone(Report().Faults());
    }

    [TestMethod]
    public void No_rule_is_open()
    {
        AssertNone(Report().Open());
    }

    [TestMethod]
    public void Every_marker_in_the_code_names_its_RFC_and_stands_at_a_member()
    {
        AssertNone(CodeFolders.SelectMany(folder => CodeMarkers.ReadFolder(Repository.Root, folder).Faults).ToList());
    }

    [TestMethod]
    public void The_catalogue_holds_every_number_of_RFC_9293()
    {
        Catalogue catalogue = Catalogues().Single(one => one.Document == Main);
        string[] expected = [.. Numbers("MUST", 69), .. Numbers("SHLD", 31), .. Numbers("MAY", 18), .. Numbers("REC", 1)];
        List<string> numbers = catalogue.Requirements.Select(rule => rule.Id).Where(id => id.Contains('-')).ToList();
        CollectionAssert.AreEqual(expected, numbers);

        static IEnumerable<string> Numbers(string kind, int count) => Enumerable.Range(1, count).Select(i => $"{kind}-{i}");
    }

    [TestMethod]
    public void The_page_of_RFC_9293_is_up_to_date()
    {
        AssertPage("rfc9293.md", Report().Page("RFC 9293, requirement by requirement", PageText.Rfc9293, one => one.Document == Main));
    }

    [TestMethod]
    public void The_page_of_the_other_RFCs_is_up_to_date()
    {
        AssertPage("rfcs.md", Report().Page("The other RFCs, clause by clause", PageText.OtherRfcs, one => one.Document != Main));
    }

    private static ComplianceReport Report()
    {
        List<Place> code = CodeFolders.SelectMany(folder => CodeMarkers.ReadFolder(Repository.Root, folder).Places).ToList();
        List<Place> tests = TestMarkers.Read(
            typeof(ComplianceTests).Assembly.GetTypes().Where(type => type.IsDefined(typeof(TestClassAttribute), false)),
            TestMarkers.FilesOf(Repository.Root, "NanoTcp.Tests"));
        return new ComplianceReport(Catalogues(), code, tests);
    }

    private static List<Catalogue> Catalogues() => Catalogue.ReadAll(Path.Combine(Repository.Root, "docs", "requirements"));

    private static void AssertPage(string name, string expected)
    {
        string path = Path.Combine(Repository.Root, "docs", name);
        if (File.Exists(path) && File.ReadAllText(path) == expected)
        {
            return;
        }

        string right = Path.Combine(Repository.Root, "artifacts", "docs", name);
        Directory.CreateDirectory(Path.GetDirectoryName(right)!);
        File.WriteAllText(right, expected);
        Assert.Fail($"docs/{name} is out of date. The right page was written: cp artifacts/docs/{name} docs/{name}");
    }

    private static void AssertNone(List<string> faults)
    {
        Assert.IsEmpty(faults, $"{faults.Count}:\n{string.Join('\n', faults)}");
    }
}
