namespace NanoTcp.Samples.Text;

/// <summary>Fills in the fields of a <see cref="Template"/>.</summary>
internal abstract class TemplateFields
{
    /// <summary>Rows that a field has now, vacant ones included; 1 for a single value.</summary>
    internal abstract int CountRows(int field);

    /// <summary>
    /// Appends one row, or nothing when there is none at that place any more. A row is at most
    /// <see cref="MaxRow"/> octets, so that it fits into the smallest send ring.
    /// </summary>
    /// <param name="field">The field's code.</param>
    /// <param name="row">0 to <see cref="CountRows"/> - 1; one after the other, but not in one go.</param>
    /// <param name="written">Rows of this field that were not vacant so far.</param>
    /// <param name="text">Where to append.</param>
    internal abstract void Write(int field, int row, int written, TextBuffer text);

    /// <summary>Longest row, in octets.</summary>
    internal const int MaxRow = 240;
}
