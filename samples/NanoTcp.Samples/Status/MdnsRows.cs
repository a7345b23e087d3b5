using NanoTcp.Samples.Text;
using NanoTcp.Services;

namespace NanoTcp.Samples.Status;

/// <summary>Under which name the host is found on its link.</summary>
internal sealed class MdnsRows : StatusRows
{
    private const int State = 0;

    private readonly MdnsResponder _responder;
    private readonly byte[] _name = new byte[HostConfigurationOptions.LongestHostName];
    private readonly byte[] _domain = Ascii.From(".local");
    private readonly byte[][] _states = Ascii.FromAll(new string[]
    {
        "IDLE", "PROBING", "ANNOUNCING", "READY", "STOPPING", "STOPPED",
    });

    internal MdnsRows(MdnsResponder responder)
        : base(new string[] { "mdns_state", "mdns_name" }, responder.Counters)
    {
        _responder = responder;
    }

    /// <inheritdoc/>
    internal override int KindOf(int row)
    {
        return Word;
    }

    /// <inheritdoc/>
    internal override void Write(int row, TextBuffer text)
    {
        if (row == State)
        {
            text.Append(_states[(int)_responder.State]);
            return;
        }

        int length = _responder.PutHostName(_name, 0);
        for (int i = 0; i < length; i++)
        {
            text.AppendOctet(_name[i]);
        }

        text.Append(_domain);
    }
}
