using System;
using System.IO;
using NanoTcp.Link;
using NanoTcp.Primitives;
using NanoTcp.Tests.Architecture;

namespace NanoTcp.Tests.Memory;

/// <summary>docs/memory.md says what the options cost, and says it truly.</summary>
[TestClass]
public class MemoryPageTests
{
    private const string Begin = "<!-- measured: begin -->\n";
    private const string End = "<!-- measured: end -->";
    private const int Limit = 32 * 1024;

    [TestMethod]
    public void The_stack_and_the_driver_take_less_than_32_KB_with_default_options()
    {
        MemoryTotals totals = MemoryTotals.Weigh(MakeLink(), _ => { });
        Assert.IsTrue(totals.Total < Limit, $"{totals}");
        Assert.IsTrue(totals.Stack > 4 * 2 * 2048, "the rings of four connections were not found");
        Assert.IsTrue(totals.Driver >= 0);
    }

    [TestMethod]
    public void The_page_holds_the_measured_table()
    {
        string path = Path.Combine(Repository.Root, "docs", "memory.md");
        string expected = MemoryTable.Text(MakeLink);
        string page = File.Exists(path) ? File.ReadAllText(path) : "";
        int begin = page.IndexOf(Begin, StringComparison.Ordinal);
        int end = page.IndexOf(End, StringComparison.Ordinal);
        string held = begin < 0 || end < begin ? "" : page[(begin + Begin.Length)..end];
        if (held != expected)
        {
            Assert.Fail($"{path} is out of date. Between its marks it should hold:\n{expected}");
        }
    }

    private static FakeLink MakeLink()
    {
        return new FakeLink();
    }

    private sealed class FakeLink : ILinkDevice
    {
        public int Headroom => 1;

        public int Tailroom => 4;

        public int Mtu => 1500;

        public long MacAddress => 0x020000000001;

        public LinkStatus Status => LinkStatus.Up;

        public CounterSet? Counters => null;

        public bool CanSend => true;

        public int Poll(long now) => 1000;

        public int Receive(byte[] buffer, int offset, int capacity) => 0;

        public bool Send(byte[] buffer, int offset, int length) => true;
    }
}
