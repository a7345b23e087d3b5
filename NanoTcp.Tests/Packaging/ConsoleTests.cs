using System;
using System.Collections.Generic;
using System.IO;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Host.Cable;
using NanoTcp.Services;
using NanoTcp.Tests.Architecture;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Services;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Packaging;

/// <summary>What the pages say that a board's console says.</summary>
[TestClass]
public class ConsoleTests
{
    private const uint Board = 0xC0A80122;
    private const uint Router = 0xC0A80101;
    private const uint Day = 86_400;

    /// <summary>How long switch and chip take to see each other; more than nothing, so that what is said meanwhile is heard.</summary>
    private const long LinkDelay = 2_000_000_000;

    /// <summary>A board that is plugged into a network with a DHCP server, from power-on to its page.</summary>
    [TestMethod]
    [DataRow("docs/getting-started-esp32.md")]
    [DataRow("boards/Esp32DevKitC/README.md")]
    [DataRow("boards/Esp32S3DevKitC/README.md")]
    [DataRow("boards/Esp32C3/README.md")]
    [DataRow("boards/RaspberryPi/README.md")]
    [DataRow("boards/Ft232h/README.md")]
    public void The_console_of_a_board_says_what_its_page_says(string page)
    {
        string expected = $"```\n{string.Join('\n', Said())}\n```\n";
        string text = File.ReadAllText(Path.Combine(Repository.Root, page));
        Assert.IsTrue(text.Contains(expected, StringComparison.Ordinal), $"{page} should hold:\n{expected}");
    }

    /// <summary>The lines, in the order in which a board's loop takes them.</summary>
    private static List<string> Said()
    {
        VirtualClock clock = new(1000);
        VirtualCable cable = new(clock);
        CablePort network = cable.AddPort("network");
        Enc28j60Chip chip = new(clock, cable.AddPort("board"), new Enc28j60ChipOptions { LinkDelayNanoseconds = LinkDelay });
        Enc28j60Driver driver = new(chip, StackBench.OwnMac, new Enc28j60Options { UseInterruptPin = true });
        NetworkStack stack = new(driver, new NetworkStackOptions { Random = new HostTest.SteadyRandom() });
        HostConfiguration host = new(stack, new HostConfigurationOptions());
        Enc28j60Notices notices = new(driver);
        HostNotices hostNotices = new(host);

        List<string> lines = [];
        for (int i = 0; i < 20_000 && !host.HasAddress; i++)
        {
            stack.Poll(clock.Milliseconds);
            Add(lines, notices.Take());
            Add(lines, hostNotices.Take());
            Answer(network);
            chip.Update();
            clock.Advance(1_000_000);
        }

        Assert.IsTrue(host.HasAddress, string.Join('\n', lines));
        return lines;
    }

    private static void Add(List<string> lines, string? line)
    {
        if (line != null)
        {
            lines.Add(line);
        }
    }

    /// <summary>A DHCP server, and nobody else.</summary>
    private static void Answer(CablePort network)
    {
        byte[] buffer = new byte[1600];
        for (int length = network.Receive(buffer, 0, buffer.Length); length > 0; length = network.Receive(buffer, 0, buffer.Length))
        {
            if (Frames.Get16(buffer, 12) != Frames.TypeIpv4)
            {
                continue;
            }

            DhcpQuestion question = new(buffer[..(14 + Frames.Get16(buffer, 16))]);
            DhcpReply reply = new(question.Type == DhcpQuestion.Discover ? DhcpReply.Offer : DhcpReply.Ack, question.Transaction)
            {
                YourAddress = Board,
                From = Router,
            };
            reply.PutNumber(54, Router).PutNumber(51, Day).PutNumber(1, 0xFFFFFF00).PutNumber(3, Router);
            byte[] frame = reply.Frame(StackBench.OwnMac, Board);
            network.Send(frame, 0, frame.Length);
        }
    }
}
