using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace NanoTcp.Tests.Compliance;

/// <summary>Puts the catalogue, the code's markers and the tests' together: what is wrong, and the pages.</summary>
internal sealed class ComplianceReport
{
    private readonly IReadOnlyList<Catalogue> _catalogues;
    private readonly IReadOnlyList<Place> _code;
    private readonly IReadOnlyList<Place> _tests;

    internal ComplianceReport(IReadOnlyList<Catalogue> catalogues, IReadOnlyList<Place> code, IReadOnlyList<Place> tests)
    {
        _catalogues = catalogues;
        _code = code;
        _tests = tests;
    }

    /// <summary>Rules that are not met yet.</summary>
    internal List<string> Open()
    {
        return All().Where(rule => rule.Standing == Standing.Open).Select(Name).ToList();
    }

    /// <summary>Everything that does not fit together, a sentence each.</summary>
    internal List<string> Faults()
    {
        List<string> faults = [];
        foreach (Requirement rule in All())
        {
            faults.AddRange(FaultsOf(rule, Of(_code, rule).Any(), Of(_tests, rule).Any(test => test.AlwaysRuns)));
        }

        foreach (Place place in _code.Concat(_tests))
        {
            Catalogue? catalogue = _catalogues.FirstOrDefault(one => one.Document == place.Document);
            if (catalogue != null && !catalogue.Knows(place.Id))
            {
                faults.Add($"{place.Member} in {place.File} names {place.Document} {place.Id}, which docs/requirements does not know.");
            }
        }

        foreach (Place test in _tests.Where(test => _catalogues.All(one => one.Document != test.Document)))
        {
            faults.Add($"{test.Member} shows {test.Document}, which has no catalogue in docs/requirements.");
        }

        return faults;
    }

    /// <summary>The page of some of the RFCs.</summary>
    internal string Page(string title, string introduction, Func<Catalogue, bool> take)
    {
        StringBuilder page = new();
        page.Append($"# {title}\n\n{introduction}");
        foreach (Catalogue catalogue in _catalogues.Where(take))
        {
            string number = catalogue.Document["RFC ".Length..];
            page.Append($"\n## [{catalogue.Document}](https://www.rfc-editor.org/rfc/rfc{number}): {catalogue.Title}\n\n");
            page.Append(Totals(catalogue));
            string heading = "";
            foreach (Requirement rule in catalogue.Requirements)
            {
                if (rule.Heading != heading)
                {
                    heading = rule.Heading;
                    page.Append($"\n### {heading}\n");
                }

                page.Append(Entry(rule));
            }
        }

        return page.ToString();
    }

    private static IEnumerable<string> FaultsOf(Requirement rule, bool placed, bool shown)
    {
        string name = Name(rule);
        switch (rule.Standing)
        {
            case Standing.Met or Standing.Otherwise:
                if (!placed)
                {
                    yield return $"{name} has no place in the code: no comment names it.";
                }

                if (!shown)
                {
                    yield return $"{name} has no test that always runs: no [Requirement] names it.";
                }

                break;
            case Standing.NotTaken when rule.IsMust:
                yield return $"{name} leaves no choice: it cannot be 'not taken'.";
                break;
        }
    }

    private static string Totals(Catalogue catalogue)
    {
        int Count(Standing standing) => catalogue.Requirements.Count(rule => rule.Standing == standing);
        StringBuilder totals = new();
        totals.Append($"{catalogue.Requirements.Count} rules: {Count(Standing.Met)} met");
        foreach ((Standing standing, string words) in new[]
        {
            (Standing.Otherwise, "met in another way"), (Standing.NotApplicable, "not applicable"),
            (Standing.NotTaken, "choices not taken"), (Standing.Open, "open"),
        })
        {
            totals.Append(Count(standing) == 0 ? "" : $", {Count(standing)} {words}");
        }

        return totals.Append(".\n").ToString();
    }

    private static string Name(Requirement rule) => $"{rule.Document} {rule.Id}";

    private static IEnumerable<Place> Of(IEnumerable<Place> places, Requirement rule)
    {
        return places.Where(place => place.Document == rule.Document && place.Id == rule.Id);
    }

    private static string Links(IEnumerable<Place> places)
    {
        return string.Join(", ", places.Select(place => $"[`{place.Member}`](../{place.File})").Distinct());
    }

    private string Entry(Requirement rule)
    {
        StringBuilder entry = new();
        string section = rule.Id == rule.Section ? "" : $" ({rule.Section})";
        entry.Append($"\n**{rule.Id}**{section}: {rule.Text}\n");
        string words = rule.Standing switch
        {
            Standing.Otherwise => "Met in another way",
            Standing.NotApplicable => "Not applicable",
            Standing.NotTaken => "Not taken",
            Standing.Open => "Open",
            _ => "",
        };
        if (words.Length > 0)
        {
            entry.Append($"- *{words}:* {rule.Reason}\n");
        }

        string code = Links(Of(_code, rule));
        string tests = Links(Of(_tests, rule));
        entry.Append(code.Length == 0 ? "" : $"- Code: {code}\n");
        entry.Append(tests.Length == 0 ? "" : $"- Tests: {tests}\n");
        return entry.ToString();
    }

    private IEnumerable<Requirement> All() => _catalogues.SelectMany(catalogue => catalogue.Requirements);
}
