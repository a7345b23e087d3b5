using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using NanoTcp.Tests.Architecture;

namespace NanoTcp.Tests.Packaging;

/// <summary>The pages for people: what they point to is there, and the driver's words are in them as the driver says them.</summary>
[TestClass]
public class PageTests
{
    private static readonly string[] s_folders = ["docs", "boards", "NanoTcp.Host/Emulation", "assets"];

    [TestMethod]
    public void Every_link_of_every_page_leads_to_a_file_and_a_heading_that_exist()
    {
        string[] pages =
        [
            .. Directory.EnumerateFiles(Repository.Root, "*.md"),
            .. s_folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.md", SearchOption.AllDirectories)),
        ];
        List<string> broken = [];
        foreach (string page in pages)
        {
            foreach (Match link in Regex.Matches(File.ReadAllText(page), @"\]\((?<file>[^)#:\s]*)(#(?<heading>[^)\s]+))?\)"))
            {
                string file = link.Groups["file"].Value;
                string target = file.Length == 0 ? page : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, file));
                bool found = File.Exists(target) || Directory.Exists(target);
                if (!found || (link.Groups["heading"].Success && !Headings(target).Contains(link.Groups["heading"].Value)))
                {
                    broken.Add($"{Path.GetRelativePath(Repository.Root, page)}: {link.Value}");
                }
            }
        }

        CollectionAssert.AreEqual(Array.Empty<string>(), broken, string.Join("\n", broken));
    }

    [TestMethod]
    public void Troubleshooting_knows_every_sentence_of_the_driver()
    {
        string source = File.ReadAllText(Path.Combine(Repository.ProjectFolder("NanoTcp.Drivers.Enc28j60"), "Enc28j60Sentences.cs"));
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "troubleshooting.md"));

        // A sentence begins with a word; what is put behind it begins with a bracket, a colon or a space.
        string[] beginnings = Regex.Matches(source, @"""(?<text>(?:[A-Z]{3}|[a-z])[^""]{8,})""").Select(match => match.Groups["text"].Value)
            .Select(text => Regex.Match(text, @"^[^(:]*").Value.Trim()).ToArray();
        Assert.IsGreaterThanOrEqualTo(9, beginnings.Length);
        string[] missing = beginnings.Where(text => !page.Contains(text.Replace(" 3A", "", StringComparison.Ordinal), StringComparison.Ordinal)).ToArray();
        CollectionAssert.AreEqual(Array.Empty<string>(), missing, string.Join("\n", missing));
    }

    [TestMethod]
    public void Troubleshooting_knows_every_reason_for_having_no_address()
    {
        string source = File.ReadAllText(Path.Combine(Repository.ProjectFolder("NanoTcp.Services"), "HostNotices.cs"));
        string page = Page("docs", "troubleshooting.md");

        // What begins with a semicolon is put behind a reason.
        string[] reasons = Regex.Matches(source, @"""(?:No address: )?[, ]*(?<text>(?:[a-z][^"";,]{11,}))[^""]*""").Select(match => match.Groups["text"].Value).ToArray();
        CollectionAssert.IsSubsetOf(new[] { "there is no link", "the lease has expired", "but its server does not answer", "link-local: no DHCP server answers" }, reasons);
        string[] missing = reasons.Where(text => !page.Contains(text, StringComparison.Ordinal)).ToArray();
        CollectionAssert.AreEqual(Array.Empty<string>(), missing, string.Join("\n", missing));
    }

    [TestMethod]
    public void The_README_says_of_a_received_segment_what_was_counted()
    {
        Match counted = Regex.Match(Page("docs", "performance.md"), @"\| a segment of 1,460 octets received \| ([\d,]+) \|");
        StringAssert.Contains(Page("README.md"), $"{counted.Groups[1].Value} interpreted instructions");
    }

    [TestMethod]
    public void The_first_steps_name_the_packages_of_the_board_in_their_versions()
    {
        NanoFrameworkProject board = new("boards/Esp32DevKitC/Esp32DevKitC");
        string[] named = Regex.Matches(Page("docs", "getting-started-esp32.md"), @"\| (nanoFramework\.[\w.]+ [\d.]+) \| `").Select(match => match.Groups[1].Value).ToArray();
        CollectionAssert.AreEquivalent(board.Packages.Select(package => $"{package.Key} {package.Value}").ToArray(), named);
    }

    private static string Page(params string[] path)
    {
        return File.ReadAllText(Path.Combine([Repository.Root, .. path]));
    }

    /// <summary>The names that headings have as targets of links: small letters, no punctuation, hyphens for spaces.</summary>
    private static HashSet<string> Headings(string page)
    {
        return [.. File.ReadLines(page).Where(line => line.StartsWith('#'))
            .Select(line => Regex.Replace(line.TrimStart('#').Trim().ToLowerInvariant(), @"[^\w\- ]", "").Replace(' ', '-'))];
    }
}
