using NanoTcp.Primitives;
using NanoTcp.Samples.Status;
using NanoTcp.Samples.Text;

namespace NanoTcp.Samples.Http;

/// <summary>What all sessions of a server use together: texts, documents, and arrays in which nothing stays.</summary>
internal sealed class HttpShared
{
    /// <summary>Period of the byte pattern: a prime, so that a lost or doubled block of any usual size shows.</summary>
    internal const int PatternPeriod = 251;

    internal readonly HttpVocabulary Words = new HttpVocabulary();
    internal readonly HttpRoutes Routes = new HttpRoutes();
    internal readonly HttpReplies Replies = new HttpReplies();
    internal readonly CounterSet Counters = HttpCounter.Create();
    internal readonly StatusSource Source;
    internal readonly Template Page;
    internal readonly Template Status;
    internal readonly Template Metrics;

    /// <summary>Clients wait for a place: no response invites to another request before them.</summary>
    internal bool Crowded;

    /// <summary>Octets of a request, between the connection and the parser.</summary>
    internal readonly byte[] Bite = new byte[HttpLimits.Bite];

    /// <summary>A part of a response, between a document and the connection.</summary>
    internal readonly TextBuffer Text = new TextBuffer(HttpLimits.Scratch);

    /// <summary>Octet i is i modulo <see cref="PatternPeriod"/>; long enough for a large write from any phase.</summary>
    internal readonly byte[] Pattern = new byte[PatternPeriod * 5];

    internal HttpShared(NetworkStack stack)
    {
        Source = new StatusSource(stack, Counters);
        Page = new StatusPage(Source).CreateTemplate();
        Status = new StatusJson(Source).CreateTemplate();
        Metrics = new MetricsText(Source).CreateTemplate();
        for (int i = 0; i < Pattern.Length; i++)
        {
            Pattern[i] = (byte)(i % PatternPeriod);
        }
    }
}
