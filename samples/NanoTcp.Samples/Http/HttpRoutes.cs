using NanoTcp.Samples.Text;

namespace NanoTcp.Samples.Http;

/// <summary>Turns the path of a request into a resource.</summary>
internal sealed class HttpRoutes
{
    /// <summary>Largest N of <c>/bytes/N</c>.</summary>
    internal const long MaxBytes = 0x7FFFFFFF;

    private readonly byte[] _page = Ascii.From("/");
    private readonly byte[] _status = Ascii.From("/api/status");
    private readonly byte[] _metrics = Ascii.From("/metrics");
    private readonly byte[] _bytes = Ascii.From("/bytes/");
    private readonly byte[] _icon = Ascii.From("/favicon.ico");

    /// <summary>The N of the last path that was <see cref="HttpResource.Bytes"/>.</summary>
    internal long Parameter;

    /// <summary>What the path in <paramref name="length"/> octets from <paramref name="offset"/> leads to.</summary>
    internal HttpResource Match(byte[] path, int offset, int length)
    {
        if (Ascii.Matches(path, offset, length, _page))
        {
            return HttpResource.Page;
        }

        if (Ascii.Matches(path, offset, length, _status))
        {
            return HttpResource.Status;
        }

        if (Ascii.Matches(path, offset, length, _metrics))
        {
            return HttpResource.Metrics;
        }

        if (Ascii.Matches(path, offset, length, _icon))
        {
            return HttpResource.Icon;
        }

        int prefix = _bytes.Length;
        if (length > prefix && Ascii.Matches(path, offset, prefix, _bytes))
        {
            return MatchNumber(path, offset + prefix, length - prefix);
        }

        return HttpResource.None;
    }

    // Digits and nothing else; there is no resource with a sign, with junk, or beyond the largest N.
    private HttpResource MatchNumber(byte[] path, int offset, int length)
    {
        long value = 0;
        for (int i = 0; i < length; i++)
        {
            int digit = path[offset + i] - '0';
            if (digit < 0 || digit > 9)
            {
                return HttpResource.None;
            }

            value = (value * 10) + digit;
            if (value > MaxBytes)
            {
                return HttpResource.None;
            }
        }

        Parameter = value;
        return HttpResource.Bytes;
    }
}
