using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace NanoTcp.Tests.Peers;

/// <summary>
/// What Wireshark's display filters have to find in a capture. All filters look at it in one reading, because to start tshark
/// takes longer than to read a thousand frames.
/// </summary>
internal sealed class CapturedFrames
{
    private readonly string _file;
    private readonly List<(string Filter, int Least, int Most, string What)> _expected = [];

    /// <param name="file">The capture, to which nobody writes any more.</param>
    internal CapturedFrames(string file)
    {
        _file = file;
    }

    /// <summary>No frame may pass a filter.</summary>
    internal CapturedFrames None(string filter, string what = "") => Between(0, 0, filter, what);

    /// <summary>So many frames pass a filter.</summary>
    internal CapturedFrames Exactly(int count, string filter, string what = "") => Between(count, count, filter, what);

    /// <summary>So many frames or more pass a filter.</summary>
    internal CapturedFrames AtLeast(int count, string filter, string what = "") => Between(count, int.MaxValue, filter, what);

    /// <summary>The number of frames that pass a filter is in a range.</summary>
    internal CapturedFrames Between(int least, int most, string filter, string what = "")
    {
        _expected.Add((filter, least, most, what));
        return this;
    }

    /// <summary>Fails the test unless all of it is so, and then shows the frames.</summary>
    internal void Check()
    {
        int[] counts = CaptureTests.Counts(_file, _expected.Select(e => e.Filter));
        for (int i = 0; i < counts.Length; i++)
        {
            (string filter, int least, int most, string what) = _expected[i];
            if (counts[i] < least || counts[i] > most)
            {
                string range = least == most ? Text(least) : most == int.MaxValue ? $"{least} or more" : $"{least} to {most}";
                Assert.Fail($"{what}: {counts[i]} frames instead of {range} pass the filter\n{filter}\n{CaptureTests.Tshark(_file, filter)}");
            }
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
