using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using NanoTcp.Tests.Architecture;

namespace NanoTcp.Tests.Packaging;

/// <summary>
/// What program, table and drawing of a board say is the same, and no pin is one that the chip needs for itself
/// (Espressif's data sheets: flash, PSRAM, strapping, USB, console, inputs without drivers).
/// </summary>
[TestClass]
public class BoardTests
{
    /// <summary>
    /// GPIO 5 of the ESP32 is a strapping pin too, but decides nothing but the timing of an SDIO slave, and chip select is
    /// high at reset, as it wants to be.
    /// </summary>
    private static readonly Dictionary<string, int[]> s_taken = new()
    {
        ["Esp32DevKitC"] = [0, 2, 12, 15, 6, 7, 8, 9, 10, 11, 16, 17, 1, 3, 20, 24, 28, 29, 30, 31, 34, 35, 36, 37, 38, 39],
        ["Esp32S3DevKitC"] = [0, 3, 45, 46, 19, 20, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 43, 44, 48],
        ["Esp32C3"] = [2, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21],
    };

    private static readonly Dictionary<string, int> s_pinCount = new() { ["Esp32DevKitC"] = 40, ["Esp32S3DevKitC"] = 49, ["Esp32C3"] = 22 };

    public static IEnumerable<object[]> Esp32Boards => s_taken.Keys.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Esp32Boards))]
    public void A_board_uses_pins_that_are_free_and_none_twice(string board)
    {
        int[] pins = Pins(board).Values.ToArray();
        Assert.HasCount(pins.Length, pins.Distinct().ToArray(), "a pin is used twice");
        CollectionAssert.AreEqual(Array.Empty<int>(), pins.Where(pin => s_taken[board].Contains(pin) || pin >= s_pinCount[board]).ToArray());
    }

    [TestMethod]
    [DynamicData(nameof(Esp32Boards))]
    public void Program_table_and_drawing_agree(string board)
    {
        string readme = File.ReadAllText(FileOf(board, "README.md"));
        string[] drawn = XDocument.Load(FileOf(board, "wiring.svg")).Descendants().Where(element => element.Name.LocalName == "text")
            .Select(element => element.Value).ToArray();
        foreach ((string signal, int pin) in Pins(board))
        {
            StringAssert.Contains(readme, $"| {signal} | GPIO {pin} |");

            // In the drawing the name of the module's pin follows that of the board's.
            int at = Array.IndexOf(drawn, $"GPIO {pin}");
            Assert.IsGreaterThanOrEqualTo(0, at, $"GPIO {pin} is not in the drawing");
            StringAssert.StartsWith(drawn[at + 1], signal);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Esp32Boards))]
    public void The_functions_of_the_pins_belong_to_the_bus_that_is_opened(string board)
    {
        string program = File.ReadAllText(FileOf(board, "Program.cs"));
        string bus = Regex.Match(program, @"busId: (\d)").Groups[1].Value;
        Match[] functions = Regex.Matches(program, @"DeviceFunction\.SPI(\d)_").ToArray();
        Assert.HasCount(3, functions);
        Assert.IsTrue(functions.All(function => function.Groups[1].Value == bus));
    }

    [TestMethod]
    [DataRow("Esp32DevKitC")]
    [DataRow("Esp32S3DevKitC")]
    [DataRow("Esp32C3")]
    [DataRow("RaspberryPi")]
    [DataRow("Ft232h")]
    public void A_board_says_how_it_is_wired_fed_and_started_and_what_to_see(string board)
    {
        string readme = File.ReadAllText(FileOf(board, "README.md"));
        foreach (string heading in new[] { "## Wiring", "## Power", "## What to see", "## Nothing to see?" })
        {
            StringAssert.Contains(readme, heading);
        }

        StringAssert.Contains(readme, "(wiring.svg)");
        StringAssert.Contains(readme, "180 mA");
        string program = File.ReadAllText(FileOf(board, "Program.cs"));
        StringAssert.Contains(program, "TellOf(");
        string address = Regex.Match(readme, @"Address ([\d.]+)/\d+, router [\d.]+, lent by [\d.]+ for \d+ s").Result("http://$1/");
        StringAssert.Contains(readme, address);
    }

    private static string FileOf(string board, string name)
    {
        return Path.Combine(Repository.Root, "boards", board, name);
    }

    /// <summary>The pins of the board by the names of the module's.</summary>
    private static Dictionary<string, int> Pins(string board)
    {
        string program = File.ReadAllText(FileOf(board, "Program.cs"));
        (string Signal, string Pattern)[] places =
        [
            ("SI", @"SetPinFunction\((\d+), DeviceFunction\.SPI\d_MOSI\)"),
            ("SO", @"SetPinFunction\((\d+), DeviceFunction\.SPI\d_MISO\)"),
            ("SCK", @"SetPinFunction\((\d+), DeviceFunction\.SPI\d_CLOCK\)"),
            ("CS", @"chipSelect: (\d+)"),
            ("INT", @"pinNumber: (\d+)"),
        ];
        return places.ToDictionary(place => place.Signal, place => int.Parse(Regex.Match(program, place.Pattern).Groups[1].Value, CultureInfo.InvariantCulture));
    }
}
