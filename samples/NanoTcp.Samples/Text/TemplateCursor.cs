namespace NanoTcp.Samples.Text;

/// <summary>How far a document has been sent.</summary>
internal sealed class TemplateCursor
{
    /// <summary>Even: a fixed part; odd: the field behind it.</summary>
    internal int Step;

    /// <summary>Octets of the fixed part already sent.</summary>
    internal int Offset;

    /// <summary>The field's row that comes next.</summary>
    internal int Row;

    /// <summary>Rows of the field that were there to be written.</summary>
    internal int Written;

    /// <summary>Back to the beginning.</summary>
    internal void Reset()
    {
        Step = 0;
        Offset = 0;
        Row = 0;
        Written = 0;
    }
}
