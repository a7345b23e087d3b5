using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace NanoTcp.Tests.Compliance;

/// <summary>
/// The rules of one RFC, read from a text in docs/requirements:
/// <code>
/// RFC 9293: Transmission Control Protocol
/// clauses: 3.1 3.2
///
/// ## MUST
/// MUST-1 (3.1): The rule, in one sentence.
///     not applicable: the reason,
///     on as many lines as it takes.
/// </code>
/// A record without an indented line is met; <c>clauses</c> are those that the code may name without being a rule here.
/// </summary>
internal sealed partial class Catalogue
{
    private static readonly Dictionary<string, Standing> Standings = new()
    {
        ["otherwise"] = Standing.Otherwise,
        ["not applicable"] = Standing.NotApplicable,
        ["not taken"] = Standing.NotTaken,
        ["open"] = Standing.Open,
    };

    private readonly Dictionary<string, Requirement> _byId = [];
    private readonly HashSet<string> _clauses = [];

    private Catalogue(string document, string title)
    {
        Document = document;
        Title = title;
    }

    /// <summary>The RFC, as in <c>RFC 9293</c>.</summary>
    internal string Document { get; }

    /// <summary>The RFC's title.</summary>
    internal string Title { get; }

    /// <summary>The rules, in the order of the text.</summary>
    internal List<Requirement> Requirements { get; } = [];

    /// <summary>Whether the id is a rule, or a clause that may be named.</summary>
    internal bool Knows(string id) => _byId.ContainsKey(id) || _clauses.Contains(id);

    /// <summary>Reads all texts of a folder, in the order of their RFCs' numbers.</summary>
    internal static List<Catalogue> ReadAll(string folder)
    {
        return Directory.GetFiles(folder, "rfc*.txt")
            .OrderBy(file => int.Parse(Path.GetFileNameWithoutExtension(file)[3..]))
            .Select(file => Parse(File.ReadAllText(file)))
            .ToList();
    }

    /// <summary>Reads one text.</summary>
    /// <exception cref="FormatException">A line that does not fit, or an id twice.</exception>
    internal static Catalogue Parse(string text)
    {
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        Match title = TitleLine().Match(lines[0]);
        if (!title.Success)
        {
            throw new FormatException($"'{lines[0]}' should begin with an RFC, as in 'RFC 9293: Title'.");
        }

        Catalogue catalogue = new(title.Groups[1].Value, title.Groups[2].Value);
        string heading = "";
        for (int i = 1; i < lines.Length; i++)
        {
            string line = lines[i];
            if (line.Length == 0 || line.StartsWith("# ", StringComparison.Ordinal))
            {
                continue;
            }

            if (line.StartsWith("clauses:", StringComparison.Ordinal))
            {
                catalogue._clauses.UnionWith(line["clauses:".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries));
                continue;
            }

            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                heading = line[3..];
                continue;
            }

            List<string> note = [];
            while (i + 1 < lines.Length && lines[i + 1].StartsWith("    ", StringComparison.Ordinal))
            {
                note.Add(lines[++i].Trim());
            }

            catalogue.Add(line, heading, string.Join(' ', note));
        }

        return catalogue;
    }

    [GeneratedRegex(@"^(RFC \d+): (.+)$")]
    private static partial Regex TitleLine();

    [GeneratedRegex(@"^(?<id>[^(:]+?)(?: \((?<section>[\d.]+)\))?: (?<text>\S.*)$")]
    private static partial Regex RecordLine();

    private void Add(string line, string heading, string note)
    {
        Match record = RecordLine().Match(line);
        if (!record.Success)
        {
            throw new FormatException($"{Document}: '{line}' is not a record, as in 'MUST-1 (3.1): the rule'.");
        }

        string id = record.Groups["id"].Value;
        string section = record.Groups["section"].Success ? record.Groups["section"].Value : id.Split(' ')[0];
        (Standing standing, string reason) = ReadNote(id, note);
        Requirement requirement = new(Document, id, section, heading, record.Groups["text"].Value, standing, reason);
        if (!_byId.TryAdd(id, requirement))
        {
            throw new FormatException($"{Document} {id} stands in the catalogue twice.");
        }

        Requirements.Add(requirement);
    }

    private (Standing Standing, string Reason) ReadNote(string id, string note)
    {
        if (note.Length == 0)
        {
            return (Standing.Met, "");
        }

        int colon = note.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !Standings.TryGetValue(note[..colon], out Standing standing) || note.Length < colon + 3)
        {
            throw new FormatException($"{Document} {id}: '{note}' should be one of {string.Join(", ", Standings.Keys)}, and a reason.");
        }

        return (standing, note[(colon + 2)..]);
    }
}
