using System;
using System.Collections.Generic;
using System.Linq;
using NanoTcp.Host.Cable;

namespace NanoTcp.Tests.Peers;

/// <summary>Keeps every TCP segment that is put on a cable, in the order in which the stack's end of the cable saw them.</summary>
internal sealed class SegmentRecorder : IFrameMonitor
{
    private readonly List<SeenSegment> _segments = [];
    private readonly CablePort _stackPort;

    internal SegmentRecorder(CablePort stackPort)
    {
        _stackPort = stackPort;
    }

    /// <summary>Off for floods, of which nobody wants to keep every frame.</summary>
    internal bool Enabled { get; set; } = true;

    /// <inheritdoc/>
    public void FrameSent(long nanoseconds, CablePort sender, byte[] buffer, int offset, int length)
    {
        if (!Enabled)
        {
            return;
        }

        SeenSegment? segment = SeenSegment.Read(nanoseconds / 1_000_000, sender == _stackPort, buffer.AsSpan(offset, length));
        if (segment != null)
        {
            lock (_segments)
            {
                _segments.Add(segment);
            }
        }
    }

    /// <summary>Everything so far.</summary>
    internal IReadOnlyList<SeenSegment> All()
    {
        lock (_segments)
        {
            return [.. _segments];
        }
    }

    /// <summary>The segments of the connections with a port of the kernel.</summary>
    internal IReadOnlyList<SeenSegment> Of(int kernelPort)
    {
        return All().Where(s => s.KernelPort == kernelPort).ToArray();
    }

    /// <summary>
    /// Holds one side to having answered each question of the other with an answer of its own. When does not matter: several
    /// questions may have waited while the machine was slow.
    /// </summary>
    internal static void AssertAnswered(IReadOnlyList<SeenSegment> seen, Func<SeenSegment, bool> isQuestion, Func<SeenSegment, bool> isAnswer)
    {
        int answers = 0;
        for (int i = seen.Count - 1; i >= 0; i--)
        {
            answers += isAnswer(seen[i]) ? 1 : 0;
            answers -= isQuestion(seen[i]) ? 1 : 0;
            Assert.IsGreaterThanOrEqualTo(0, answers, $"Nobody has answered {seen[i]}{Text(seen)}");
        }
    }

    /// <summary>The last of them, one a line, for messages.</summary>
    internal static string Text(IEnumerable<SeenSegment> segments)
    {
        return "\n" + string.Join('\n', segments.TakeLast(40));
    }
}
