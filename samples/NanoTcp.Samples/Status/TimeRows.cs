using NanoTcp.Samples.Text;
using NanoTcp.Services;

namespace NanoTcp.Samples.Status;

/// <summary>What time it is, and who says so.</summary>
internal sealed class TimeRows : StatusRows
{
    private const int State = 0;
    private const int Server = 1;
    private const int Stratum = 2;
    private const int RoundTrip = 3;
    private const int UnixSeconds = 4;

    private readonly SntpClient _client;
    private readonly NetworkStack _stack;
    private readonly byte[][] _states = Ascii.FromAll(new string[] { "NO-SERVER", "WAITING", "RESOLVING", "ASKING", "DENIED" });

    internal TimeRows(SntpClient client, NetworkStack stack)
        : base(new string[] { "sntp_state", "sntp_server", "sntp_stratum", "sntp_round_trip_ms", "sntp_unix_seconds" }, client.Counters)
    {
        _client = client;
        _stack = stack;
    }

    /// <inheritdoc/>
    internal override int KindOf(int row)
    {
        switch (row)
        {
            case State:
                return Word;
            case Server:
                return _client.Server == 0 ? None : Word;
            default:
                return _client.IsSynchronised ? Number : None;
        }
    }

    /// <inheritdoc/>
    internal override void Write(int row, TextBuffer text)
    {
        switch (row)
        {
            case State:
                text.Append(_states[(int)_client.State]);
                break;
            case Server:
                text.AppendAddress(_client.Server);
                break;
            case Stratum:
                text.AppendNumber(_client.Stratum);
                break;
            case RoundTrip:
                text.AppendNumber(_client.RoundTrip);
                break;
            case UnixSeconds:
                _client.TryGetTime(_stack.Now, out long time);
                text.AppendNumber(time / 1000);
                break;
        }
    }
}
