using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Help;
using System.Linq;
using System.Text;

namespace NanoTcp.Host.Hosting;

/// <summary>Lays out what <c>--help</c> prints: as wide as a terminal is at least, because a pipe has no width to ask for.</summary>
internal static class HelpPage
{
    private const int Width = 79;
    private const int TextColumn = 28;

    internal static string Write(HostProgramDescription description, IEnumerable<Option> options)
    {
        StringBuilder page = new();
        Paragraph(page, "", description.Summary);
        page.Append('\n');
        Paragraph(page, "Usage: ", $"{description.Command} [options]");
        page.Append("\nOptions:\n");
        foreach (Option option in options.OrderBy(option => option is HelpOption or VersionOption))
        {
            string names = option.Aliases.Count == 0 ? option.Name : $"{option.Name}, {string.Join(", ", option.Aliases.Where(alias => alias[0] == '-' && alias != "-?"))}";
            string form = option.Arity.MaximumNumberOfValues == 0 || option.HelpName == null ? names : $"{names} {option.HelpName}";
            Paragraph(page, ("  " + form).PadRight(TextColumn), option.Description ?? "");
        }

        page.Append("\nExamples:\n");
        foreach (string example in description.Examples)
        {
            page.Append("  ").Append($"{description.Command} {example}".TrimEnd()).Append('\n');
        }

        return page.ToString();
    }

    /// <summary>A head, and beside it a text whose further lines begin where its first one does.</summary>
    private static void Paragraph(StringBuilder page, string head, string text)
    {
        int column = head.Length;
        page.Append(head);
        if (head.Length > TextColumn)
        {
            page.Append('\n').Append(' ', TextColumn);
            column = TextColumn;
        }

        int indent = column;
        bool first = true;
        foreach (string word in text.Split(' '))
        {
            if (!first && column + 1 + word.Length > Width)
            {
                page.Append('\n').Append(' ', indent);
                column = indent;
            }
            else if (!first)
            {
                page.Append(' ');
                column++;
            }

            page.Append(word);
            column += word.Length;
            first = false;
        }

        page.Append('\n');
    }
}
