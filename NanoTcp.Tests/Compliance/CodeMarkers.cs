using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace NanoTcp.Tests.Compliance;

/// <summary>
/// Finds the rules that comments in the code name: <c>RFC 9293 MUST-2, MUST-3 and 3.1</c>, <c>RFC 5681 3.2 step 4</c>,
/// <c>RFC 4022 tcpCurrEstab</c>; a list continues after a comma or <c>and</c>, on the same line. The member is told by
/// the indentation, which the build holds to four columns a level: a comment that stands alone in front of a
/// declaration belongs to it, any other to the member around it. Who looks for other words finds all
/// <see cref="Comments"/>.
/// </summary>
internal sealed partial class CodeMarkers
{
    private const string OneId = @"(?:(?:MUST|SHLD|MAY|REC)-\d+|\d+(?:\.\d+)*(?: step \d)?|tcp[A-Z]\w+)";

    private readonly string _file;
    private readonly string[] _lines;
    private readonly List<(int Indent, string Name)> _types = [];
    private string? _member;

    private CodeMarkers(string file, string text)
    {
        _file = file;
        _lines = text.ReplaceLineEndings("\n").Split('\n');
    }

    /// <summary>The places found.</summary>
    internal List<Place> Places { get; } = [];

    /// <summary>Markers that say nothing: a number without its RFC, or a comment that no member holds.</summary>
    internal List<string> Faults { get; } = [];

    /// <summary>Every line of comment, with the member that it belongs to; null when none does.</summary>
    internal List<(string File, string? Member, string Text)> Comments { get; } = [];

    /// <summary>Reads all C# sources of a folder of the repository.</summary>
    internal static CodeMarkers ReadFolder(string root, string folder)
    {
        CodeMarkers all = new(folder, "");
        foreach (string file in Directory.GetFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string name = Path.GetRelativePath(root, file).Replace('\\', '/');
            if (name.Split('/').Any(part => part is "obj" or "bin"))
            {
                continue;
            }

            CodeMarkers one = Read(name, File.ReadAllText(file));
            all.Places.AddRange(one.Places);
            all.Faults.AddRange(one.Faults);
            all.Comments.AddRange(one.Comments);
        }

        return all;
    }

    /// <summary>Reads one source.</summary>
    internal static CodeMarkers Read(string file, string text)
    {
        CodeMarkers markers = new(file, text);
        for (int i = 0; i < markers._lines.Length; i++)
        {
            markers.ReadLine(i);
        }

        return markers;
    }

    [GeneratedRegex(@"RFC (?<number>\d+)(?: (?<ids>" + OneId + @"(?:(?:, | and |, and )" + OneId + @"\b)*))?\b")]
    private static partial Regex Marker();

    [GeneratedRegex(OneId)]
    private static partial Regex Id();

    [GeneratedRegex(@"\b(?:MUST|SHLD|MAY|REC)-\d+")]
    private static partial Regex RequirementNumber();

    [GeneratedRegex(@"\b(?:class|struct|interface|enum|record)\s+(\w+)")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"(\w+)\W*$")]
    private static partial Regex LastWord();

    private static int IndentOf(string line) => line.Length - line.TrimStart(' ').Length;

    private static bool IsComment(string line) => line.TrimStart().StartsWith("//", StringComparison.Ordinal);

    private void ReadLine(int index)
    {
        string line = _lines[index];
        if (IsComment(line))
        {
            Note(line, () => Declared(index) ?? _member);
            return;
        }

        Enter(line);
        int comment = line.IndexOf("// ", StringComparison.Ordinal);
        if (comment >= 0)
        {
            Note(line[comment..], () => _member);
        }
    }

    private void Note(string comment, Func<string?> member)
    {
        Comments.Add((_file, member(), comment));
        int named = 0;
        foreach (Match marker in Marker().Matches(comment))
        {
            foreach (Match id in Id().Matches(marker.Groups["ids"].Value))
            {
                named += RequirementNumber().IsMatch(id.Value) ? 1 : 0;
                string? place = member();
                if (place == null)
                {
                    Faults.Add($"{_file}: no member holds the comment that names RFC {marker.Groups["number"].Value} {id.Value}.");
                    continue;
                }

                Places.Add(new Place("RFC " + marker.Groups["number"].Value, id.Value, _file, place));
            }
        }

        if (RequirementNumber().Count(comment) != named)
        {
            Faults.Add($"{_file}: '{comment.Trim()}' has a requirement number without its RFC in front (RFC 9293 MUST-2, MUST-3 and MUST-57).");
        }
    }

    /// <summary>The declaration that a comment stands in front of; null when it stands in front of anything else.</summary>
    private string? Declared(int index)
    {
        int indent = IndentOf(_lines[index]);
        for (int i = index + 1; i < _lines.Length; i++)
        {
            string line = _lines[i];
            if (IsComment(line) || line.TrimStart().StartsWith('['))
            {
                continue;
            }

            return IndentOf(line) == indent ? NameOf(line) : null;
        }

        return null;
    }

    /// <summary>Keeps account of the types that are open and of the member that the line belongs to.</summary>
    private void Enter(string line)
    {
        if (line.Trim().Length == 0)
        {
            return;
        }

        int indent = IndentOf(line);
        if (line.Trim() == "}" && _types.Count > 0 && _types[^1].Indent == indent)
        {
            _types.RemoveAt(_types.Count - 1);
            _member = _types.Count > 0 ? Qualified() : null;
            return;
        }

        string? name = NameOf(line);
        if (name == null)
        {
            return;
        }

        Match type = TypeDeclaration().Match(line);
        if (type.Success)
        {
            _types.Add((indent, type.Groups[1].Value));
        }

        _member = name;
    }

    /// <summary>The qualified name when the line declares a type or a member of the innermost open type; else null.</summary>
    private string? NameOf(string line)
    {
        string code = line.Trim();
        int level = _types.Count > 0 ? _types[^1].Indent + 4 : 0;
        if (code.Length == 0 || IndentOf(line) != level || !(char.IsLetter(code[0]) || code[0] == '_'))
        {
            return null;
        }

        Match type = TypeDeclaration().Match(code);
        if (type.Success)
        {
            return Qualified(type.Groups[1].Value);
        }

        if (_types.Count == 0)
        {
            return null;
        }

        int end = code.IndexOfAny(['(', '=', '{', ';', ',']);
        Match word = LastWord().Match(end < 0 ? code : code[..end]);
        return word.Success ? Qualified(word.Groups[1].Value) : null;
    }

    private string Qualified(string? name = null)
    {
        return string.Join('.', _types.Select(type => type.Name).Append(name).OfType<string>());
    }
}
