using System;
using System.Collections.Generic;
using System.Linq;

namespace NanoTcp.Tests.Compliance;

/// <summary>The compliance check on small examples: it finds what is missing and invented, and reads members right.</summary>
[TestClass]
public sealed class ComplianceCheckTests
{
    private const string File = "NanoTcp/Tcp/Example.cs";

    private const string Rules = """
        RFC 1: Example
        clauses: 3.1 3.2

        # A comment.

        ## MUST
        MUST-1 (3.1): One.
        MUST-2 (3.1): Two.
            not applicable: for want of
            anything to apply it to.
        MUST-3 (3.2): Three.
            open: not yet.

        ## SHOULD
        SHLD-1 (3.2): Four.
            not taken: costs too much.
        SHLD-2 (3.2): Five.
            otherwise: by other means.
        """;

    [TestMethod]
    public void What_has_place_and_test_or_a_reason_is_in_order()
    {
        AssertFaults(Rules, Code("MUST-1", "SHLD-2"), Tests("MUST-1", "SHLD-2"));
    }

    [TestMethod]
    public void A_missing_test_is_found()
    {
        AssertFaults(Rules, Code("MUST-1", "SHLD-2"), Tests("SHLD-2"), "RFC 1 MUST-1 has no test");
        AssertFaults(Rules, Code("MUST-1", "SHLD-2"), Tests("MUST-1"), "RFC 1 SHLD-2 has no test");
    }

    [TestMethod]
    public void A_test_that_may_be_skipped_is_not_enough()
    {
        List<Place> tests = [.. Tests("SHLD-2"), new Place("RFC 1", "MUST-1", "Peers.cs", "Peers.Test", AlwaysRuns: false)];
        AssertFaults(Rules, Code("MUST-1", "SHLD-2"), tests, "RFC 1 MUST-1 has no test that always runs");
    }

    [TestMethod]
    public void A_missing_place_is_found()
    {
        AssertFaults(Rules, Code("SHLD-2"), Tests("MUST-1", "SHLD-2"), "RFC 1 MUST-1 has no place");
    }

    [TestMethod]
    public void An_unknown_number_is_found_in_code_and_on_tests()
    {
        AssertFaults(Rules, Code("MUST-1", "SHLD-2", "MUST-9"), Tests("MUST-1", "SHLD-2"), "Code.MUST-9 in Code.cs names RFC 1 MUST-9");
        AssertFaults(Rules, Code("MUST-1", "SHLD-2"), Tests("MUST-1", "SHLD-2", "9.9"), "Tests.9.9 in Tests.cs names RFC 1 9.9");
    }

    [TestMethod]
    public void A_clause_that_is_no_rule_may_be_named()
    {
        AssertFaults(Rules, Code("MUST-1", "SHLD-2", "3.2"), Tests("MUST-1", "SHLD-2", "3.1"));
    }

    [TestMethod]
    public void A_test_of_an_RFC_without_a_catalogue_is_found_and_a_comment_about_one_is_not()
    {
        Place place = new("RFC 2", "1", "Some.cs", "Some.Member");
        AssertFaults(Rules, [.. Code("MUST-1", "SHLD-2"), place], Tests("MUST-1", "SHLD-2"));
        AssertFaults(Rules, Code("MUST-1", "SHLD-2"), [.. Tests("MUST-1", "SHLD-2"), place], "Some.Member shows RFC 2");
    }

    [TestMethod]
    public void What_is_open_is_told_though_a_part_of_it_may_be_there()
    {
        ComplianceReport report = new([Catalogue.Parse(Rules)], Code("MUST-1", "SHLD-2", "MUST-3"), Tests("MUST-1", "SHLD-2", "MUST-3"));
        CollectionAssert.AreEqual(new[] { "RFC 1 MUST-3" }, report.Open());
        Assert.IsEmpty(report.Faults());
    }

    [TestMethod]
    public void A_MUST_leaves_no_choice()
    {
        string rules = Rules.Replace("not applicable", "not taken", StringComparison.Ordinal);
        AssertFaults(rules, Code("MUST-1", "SHLD-2"), Tests("MUST-1", "SHLD-2"), "RFC 1 MUST-2 leaves no choice");
    }

    [TestMethod]
    [DataRow("RFC x: No number\nMUST-1 (3.1): One.")]
    [DataRow("RFC 1: Twice\nMUST-1 (3.1): One.\nMUST-1 (3.1): One.")]
    [DataRow("RFC 1: No text\nMUST-1 (3.1):")]
    [DataRow("RFC 1: No reason\nMUST-1 (3.1): One.\n    not applicable:")]
    [DataRow("RFC 1: No standing\nMUST-1 (3.1): One.\n    perhaps: who knows.")]
    [DataRow("RFC 1: No standing\nMUST-1 (3.1): One.\n    who knows.")]
    public void A_catalogue_that_cannot_be_read_is_refused(string text)
    {
        Assert.ThrowsExactly<FormatException>(() => Catalogue.Parse(text));
    }

    [TestMethod]
    public void The_catalogue_is_read_with_its_reasons()
    {
        Requirement two = Catalogue.Parse(Rules).Requirements[1];
        Assert.AreEqual(
            new Requirement("RFC 1", "MUST-2", "3.1", "MUST", "Two.", Standing.NotApplicable, "for want of anything to apply it to."), two);
        Requirement clause = Catalogue.Parse("RFC 1: Clauses\n3.2 step 1: A step.\n").Requirements[0];
        Assert.AreEqual(new Requirement("RFC 1", "3.2 step 1", "3.2", "", "A step.", Standing.Met, ""), clause);
    }

    [TestMethod]
    public void The_page_shows_rule_standing_places_and_tests()
    {
        ComplianceReport report = new([Catalogue.Parse(Rules)], Code("MUST-1", "SHLD-2"), Tests("MUST-1", "MUST-1", "SHLD-2"));
        string page = report.Page("Title", "Introduction.\n", _ => true);
        string expected = """
            # Title

            Introduction.

            ## [RFC 1](https://www.rfc-editor.org/rfc/rfc1): Example

            5 rules: 1 met, 1 met in another way, 1 not applicable, 1 choices not taken, 1 open.

            ### MUST

            **MUST-1** (3.1): One.
            - Code: [`Code.MUST-1`](../Code.cs)
            - Tests: [`Tests.MUST-1`](../Tests.cs)

            **MUST-2** (3.1): Two.
            - *Not applicable:* for want of anything to apply it to.
            """;
        StringAssert.StartsWith(page, expected);
    }

    [TestMethod]
    public void Markers_are_read_with_their_members()
    {
        string code = """
            using System; // RFC 9293 is good reading

            namespace NanoTcp.Tcp;

            /// <summary>RFC 9293 MUST-1: a type.</summary>
            [Serializable]
            internal sealed class Example
            {
                // RFC 9293 MUST-2, MUST-3 and 3.10.7.4; RFC 5681 3.2 step 4: a field.
                private readonly int[] _field =
                {
                    1, // RFC 5961 5.2.
                };

                /// <summary>RFC 6298 2.4, and RFC 4022 tcpInSegs (RFC 1122 4.2.2.13).</summary>
                internal const int Constant = 5;

                internal Example(int parameter)
                {
                    // RFC 9293 MUST-4
                    string text = "RFC 9293 MUST-99"; // RFC 9293 MUST-5
                }

                internal enum Inner
                {
                    /// <summary>RFC 9293 MUST-6.</summary>
                    First,
                }

                public int Property => 7; // RFC 9293 MUST-7
            }
            """;
        CodeMarkers markers = CodeMarkers.Read(File, code);
        Assert.IsEmpty(markers.Faults, string.Join('\n', markers.Faults));
        string[] expected =
        [
            "RFC 9293 MUST-1 Example", "RFC 9293 MUST-2 Example._field", "RFC 9293 MUST-3 Example._field",
            "RFC 9293 3.10.7.4 Example._field", "RFC 5681 3.2 step 4 Example._field", "RFC 5961 5.2 Example._field",
            "RFC 6298 2.4 Example.Constant", "RFC 4022 tcpInSegs Example.Constant", "RFC 1122 4.2.2.13 Example.Constant",
            "RFC 9293 MUST-4 Example.Example", "RFC 9293 MUST-5 Example.Example", "RFC 9293 MUST-6 Example.Inner.First",
            "RFC 9293 MUST-7 Example.Property",
        ];
        CollectionAssert.AreEqual(expected, markers.Places.Select(place => $"{place.Document} {place.Id} {place.Member}").ToArray());
    }

    [TestMethod]
    [DataRow("// as MUST-57 says", DisplayName = "no RFC")]
    [DataRow("// RFC 9293 MUST-2; MUST-57", DisplayName = "a list that is none")]
    [DataRow("// RFC 9293: MUST-57", DisplayName = "a colon between")]
    public void A_number_without_its_RFC_in_front_is_found(string comment)
    {
        CodeMarkers markers = CodeMarkers.Read(File, $"class Example\n{{\n    {comment}\n    int Member;\n}}\n");
        Assert.HasCount(1, markers.Faults);
    }

    [TestMethod]
    public void A_place_without_code_is_found()
    {
        CodeMarkers markers = CodeMarkers.Read(File, "// RFC 9293 MUST-1\n\nnamespace NanoTcp;\n\nclass Example\n{\n    int Member;\n}\n");
        Assert.HasCount(1, markers.Faults);
        Assert.IsEmpty(markers.Places);
    }

    [TestMethod]
    public void Attributes_are_read_from_tests_and_only_from_tests_that_run()
    {
        List<Place> places = TestMarkers.Read([typeof(Marked), typeof(MarkedForTheKernel), typeof(Unmarked)], type => type.Name + ".cs");
        Place[] expected =
        [
            new("RFC 1", "1", "Marked.cs", "Marked"), new("RFC 1", "2", "Marked.cs", "Marked.A"),
            new("RFC 1", "3", "Marked.cs", "Marked.A"), new("RFC 2", "4", "Marked.cs", "Marked.A"),
            new("RFC 1", "6", "MarkedForTheKernel.cs", "MarkedForTheKernel.A", AlwaysRuns: false),
        ];
        CollectionAssert.AreEqual(expected, places);
    }

    private static List<Place> Code(params string[] ids) => ids.Select(id => new Place("RFC 1", id, "Code.cs", "Code." + id)).ToList();

    private static List<Place> Tests(params string[] ids) => ids.Select(id => new Place("RFC 1", id, "Tests.cs", "Tests." + id)).ToList();

    private static void AssertFaults(string rules, List<Place> code, List<Place> tests, params string[] expected)
    {
        List<string> faults = new ComplianceReport([Catalogue.Parse(rules)], code, tests).Faults();
        Assert.HasCount(expected.Length, faults, string.Join('\n', faults));
        for (int i = 0; i < expected.Length; i++)
        {
            StringAssert.StartsWith(faults[i], expected[i]);
        }
    }

#pragma warning disable CA1822, MSTEST0003, MSTEST0030 // The types below are looked at, not run.
    [Requirement("RFC 1", "1")]
    private sealed class Marked
    {
        [TestMethod]
        [Requirement("RFC 1", "2", "3")]
        [Requirement("RFC 2", "4")]
        public void A()
        {
        }

        [Requirement("RFC 1", "5")]
        public void NoTest()
        {
        }
    }

    [TestCategory("Peers")]
    private sealed class MarkedForTheKernel
    {
        [TestMethod]
        [Requirement("RFC 1", "6")]
        public void A()
        {
        }
    }

    [Requirement("RFC 1", "7")]
    private sealed class Unmarked
    {
    }
#pragma warning restore CA1822, MSTEST0003, MSTEST0030
}
