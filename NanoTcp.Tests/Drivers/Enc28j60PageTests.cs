#pragma warning disable IDE0090

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Link;
using NanoTcp.Primitives;
using NanoTcp.Tests.Architecture;

namespace NanoTcp.Tests.Drivers;

/// <summary>docs/enc28j60.md says of the driver what is so: options, sentences, counters, the report, the example.</summary>
[TestClass]
public sealed class Enc28j60PageTests : Enc28j60TestBase
{
    /// <summary>The page, which other tests hold against what they measure.</summary>
    internal static string Page()
    {
        return File.ReadAllText(Path.Combine(Repository.Root, "docs", "enc28j60.md")).ReplaceLineEndings("\n");
    }

    [TestMethod]
    public void Every_option_has_its_row_with_its_default()
    {
        Enc28j60Options options = new();
        foreach (PropertyInfo option in typeof(Enc28j60Options).GetProperties())
        {
            string value = option.GetValue(options) switch
            {
                bool on => on ? "true" : "false",
                int number when option.Name == nameof(Enc28j60Options.LedConfiguration) => $"0x{number:X4}",
                object other => Convert.ToString(other, CultureInfo.InvariantCulture)!,
                null => "",
            };
            AssertOnce($"\n| `{option.Name}` | {value} |");
        }
    }

    [TestMethod]
    public void Every_problem_has_its_row_with_its_sentence()
    {
        Enc28j60Findings findings = new() { Revision = 2 };
        foreach (Enc28j60Problem problem in Enum.GetValues<Enc28j60Problem>())
        {
            (findings.Register, findings.Seen, findings.Expected) = problem switch
            {
                Enc28j60Problem.NoAnswer => (0, 0xFF, 0),
                Enc28j60Problem.ForeignAnswer => (0, 0x5A, 0),
                Enc28j60Problem.UnknownRevision => (0, 31, 0),
                Enc28j60Problem.RegistersDoNotHold => (Enc28j60Registers.ERXNDH, 0x00, 0x19),
                Enc28j60Problem.MacRegistersDoNotHold => (Enc28j60Registers.MACON1, 0x00, 0x01),
                Enc28j60Problem.PhyDoesNotAnswer => (Enc28j60Bits.PHID1, 0xFFFF, 0x0083),
                Enc28j60Problem.PhyRegistersDoNotHold => (Enc28j60Bits.PHLCON, 0x0422, 0x0476),
                Enc28j60Problem.DoesNotLast => (Enc28j60Counters.LostPointers, 0, 0),
                _ => (0, 0, 0),
            };
            byte[] room = new byte[Enc28j60Sentences.Longest];
            int length = Enc28j60Sentences.Put(room, 0, problem, findings, Enc28j60Counters.Create());
            string sentence = Encoding.ASCII.GetString(room, 0, length);
            AssertOnce(length == 0 ? $"\n| `{problem}` | |" : $"\n| `{problem}` | {sentence} |");
        }
    }

    [TestMethod]
    public void Every_state_of_the_link_and_every_power_mode_has_its_row()
    {
        foreach (string name in Enum.GetNames<LinkStatus>().Concat(Enum.GetNames<Enc28j60PowerMode>()))
        {
            AssertOnce($"\n| `{name}` |");
        }
    }

    [TestMethod]
    public void Every_counter_has_its_row_in_the_order_of_the_status_page()
    {
        CounterSet counters = Enc28j60Counters.Create();
        List<string> expected = [];
        for (int i = 0; i < counters.Count; i++)
        {
            expected.Add(counters.GetName(i));
        }

        List<string> rows = Page().Split('\n')
            .Where(line => line.StartsWith("| `enc28j60_", StringComparison.Ordinal))
            .Select(line => line.Split('`')[1])
            .ToList();
        CollectionAssert.AreEqual(expected, rows);
    }

    [TestMethod]
    public void The_report_is_one_that_the_driver_writes()
    {
        DriverBench bench = Started();
        bench.ExpectBothWays(DriverBench.Frame(321, 1), "before");
        bench.Run(2);
        byte[] text = new byte[4000];
        string report = Encoding.ASCII.GetString(text, 0, bench.Driver.WriteReport(text, 0));
        HeldPage.AssertHolds("enc28j60.md", "report", $"```\n{report}```\n");
    }

    [TestMethod]
    public void The_example_prints_what_the_console_should_say()
    {
        DriverBench bench = NewBench();
        List<string> printed = [];
        Example(bench.Bus, bench.Clock, printed, milliseconds =>
        {
            bench.Pass(1000 * Math.Max(1, milliseconds));
            return bench.Clock.Milliseconds < 5_000_000_100;
        });
        CollectionAssert.AreEqual(new[] { "ENC28J60 B7: link up" }, printed);
    }

    [TestMethod]
    public void The_page_holds_the_example_as_it_is_compiled_here()
    {
        string source = File.ReadAllText(Path.Combine(Repository.Root, "NanoTcp.Tests", "Drivers", "Enc28j60PageTests.cs"))
            .ReplaceLineEndings("\n");
        string begin = "        // page" + ": begin\n";
        int from = source.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        string example = source[from..source.IndexOf("        // page" + ": end\n", StringComparison.Ordinal)];
        AssertOnce("```csharp\n" + string.Join('\n', example.Split('\n').Select(line => line.Length < 8 ? line : line[8..])) + "```\n");
    }

    [TestMethod]
    public void What_the_page_names_of_the_driver_exists()
    {
        List<string> unknown = PageWords.Unknown(Page());
        Assert.IsEmpty(unknown, string.Join('\n', unknown));
    }

    private static void Example(ISpiBus spi, VirtualClock clock, List<string> printed, Func<int, bool> pass)
    {
        NetworkStackOptions options = new() { Address = 0xC0A84D02, Random = new Link.ConstantRandom() };
        bool goOn = true;
        // page: begin
        Enc28j60Driver driver = new Enc28j60Driver(spi, 0x020000770002, new Enc28j60Options());
        Enc28j60Notices notices = new Enc28j60Notices(driver);
        NetworkStack stack = new NetworkStack(driver, options);
        while (goOn)
        {
            int wait = stack.Poll(clock.Milliseconds);
            string notice = notices.Take();
            if (notice != null)
            {
                Print(notice);
            }

            Sleep(wait);
        }
        // page: end

        void Print(string line) => printed.Add(line);

        void Sleep(int milliseconds) => goOn = pass(milliseconds);
    }

    private static void AssertOnce(string text)
    {
        Assert.AreEqual(2, Page().Split(text).Length, $"docs/enc28j60.md should hold once:\n{text}");
    }
}
