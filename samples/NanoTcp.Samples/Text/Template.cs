using System;

namespace NanoTcp.Samples.Text;

/// <summary>
/// A document with gaps: fixed parts, made into octets once, and between them fields that are filled in when the
/// document is sent. In the text a field's name stands between two tildes.
/// </summary>
internal sealed class Template
{
    private const char Mark = '~';

    private readonly byte[][] _fixed;
    private readonly int[] _codes;
    private readonly TemplateFields _fields;

    /// <summary>Takes the text apart.</summary>
    /// <param name="text">The document.</param>
    /// <param name="names">Names of fields; the position of a name is the field's code.</param>
    /// <param name="fields">Fills the fields in.</param>
    /// <exception cref="ArgumentException">The text names a field that there is not.</exception>
    internal Template(string text, string[] names, TemplateFields fields)
    {
        // The device goes through all of a string for each character that it is asked for, and for each part of it.
        char[] characters = text.ToCharArray();
        int gaps = 0;
        for (int i = 0; i < characters.Length; i++)
        {
            if (characters[i] == Mark)
            {
                gaps++;
            }
        }

        gaps /= 2;
        _fields = fields;
        _fixed = new byte[gaps + 1][];
        _codes = new int[gaps];
        int at = 0;
        for (int i = 0; i < gaps; i++)
        {
            int open = FindMark(characters, at);
            int close = FindMark(characters, open + 1);
            _fixed[i] = Ascii.From(characters, at, open - at);
            _codes[i] = Find(names, new string(characters, open + 1, close - open - 1));
            at = close + 1;
        }

        _fixed[gaps] = Ascii.From(characters, at, characters.Length - at);
    }

    /// <summary>Appends as much as fits from where the cursor is, whole rows and fields only, and moves the cursor.</summary>
    /// <returns>True when the end of the document has been reached.</returns>
    internal bool Render(TemplateCursor cursor, TextBuffer text)
    {
        int steps = _fixed.Length + _codes.Length;
        while (cursor.Step < steps)
        {
            int index = cursor.Step >> 1;
            bool complete = (cursor.Step & 1) == 0
                ? RenderFixed(_fixed[index], cursor, text)
                : RenderField(_codes[index], cursor, text);
            if (!complete)
            {
                return false;
            }

            cursor.Step++;
        }

        return true;
    }

    private static bool RenderFixed(byte[] part, TemplateCursor cursor, TextBuffer text)
    {
        int left = part.Length - cursor.Offset;
        int room = text.Limit - text.Length;
        int count = left < room ? left : room;
        Array.Copy(part, cursor.Offset, text.Octets, text.Length, count);
        text.Length += count;
        cursor.Offset = count == left ? 0 : cursor.Offset + count;
        return count == left;
    }

    private bool RenderField(int code, TemplateCursor cursor, TextBuffer text)
    {
        int rows = _fields.CountRows(code);
        while (cursor.Row < rows)
        {
            int before = text.Length;
            _fields.Write(code, cursor.Row, cursor.Written, text);
            if (text.Overflowed)
            {
                // What did not fit as a whole is written again when there is room, as it is then.
                text.Length = before;
                text.Overflowed = false;
                return false;
            }

            if (text.Length != before)
            {
                cursor.Written++;
            }

            cursor.Row++;
        }

        cursor.Row = 0;
        cursor.Written = 0;
        return true;
    }

    private static int FindMark(char[] text, int at)
    {
        while (text[at] != Mark)
        {
            at++;
        }

        return at;
    }

    private static int Find(string[] names, string name)
    {
        for (int i = 0; i < names.Length; i++)
        {
            if (names[i] == name)
            {
                return i;
            }
        }

        throw new ArgumentException("The template names the field '" + name + "', which is not among the names given.");
    }
}
