using System;
using NanoTcp.Drivers.Enc28j60;

namespace NanoTcp.Tests.Drivers;

[TestClass]
public sealed class Enc28j60LedTests : Enc28j60TestBase
{
    [TestMethod]
    public void The_parts_of_PHLCON_put_together_are_its_value()
    {
        Assert.AreEqual(0x3476, Enc28j60Leds.Configuration(Enc28j60Leds.Link, Enc28j60Leds.Traffic, Enc28j60Leds.Stretch70));
        Assert.AreEqual(0x3476, new Enc28j60Options().LedConfiguration);

        // What the chip itself begins with: LEDA on link, LEDB on received frames.
        Assert.AreEqual(0x3422, Enc28j60Leds.Configuration(Enc28j60Leds.Link, Enc28j60Leds.Receive, Enc28j60Leds.Stretch40));
        Assert.AreEqual(0x3D9A, Enc28j60Leds.Configuration(Enc28j60Leds.LinkAndTraffic, Enc28j60Leds.Off, Enc28j60Leds.Stretch140));
    }

    [TestMethod]
    public void Every_code_of_the_data_sheet_is_taken_but_the_reserved_ones()
    {
        for (int code = 0; code < 16; code++)
        {
            bool reserved = code is 0 or 6 or 14 or 15;
            foreach (int value in new[] { 0x3006 | (code << 8) | 0x70, 0x3406 | (code << 4) })
            {
                if (reserved)
                {
                    Assert.ThrowsExactly<ArgumentException>(() => Made(value), $"{value:X4}");
                }
                else
                {
                    Made(value);
                }
            }
        }
    }

    [TestMethod]
    public void Erratum_11_duplex_and_collisions_on_one_LED_are_refused_with_what_to_do_instead()
    {
        foreach (int value in new[] { 0x34E6, 0x3E76 })
        {
            ArgumentException refusal = Assert.ThrowsExactly<ArgumentException>(() => Made(value));
            StringAssert.Contains(refusal.Message, "0011");
            StringAssert.Contains(refusal.Message, "0101");
        }

        Assert.ThrowsExactly<ArgumentException>(() => Enc28j60Leds.Configuration(0xE, Enc28j60Leds.Link, Enc28j60Leds.Stretch40));
    }

    [TestMethod]
    [DataRow(0x0476)]
    [DataRow(0x7476)]
    [DataRow(0x3477)]
    [DataRow(0x347E)]
    [DataRow(0x13476)]
    [DataRow(-1)]
    public void Reserved_bits_are_refused(int value)
    {
        Assert.ThrowsExactly<ArgumentException>(() => Made(value));
    }

    [TestMethod]
    public void Parts_that_do_not_fit_are_refused()
    {
        Assert.ThrowsExactly<ArgumentException>(() => Enc28j60Leds.Configuration(0x10, Enc28j60Leds.Link, Enc28j60Leds.Stretch40));
        Assert.ThrowsExactly<ArgumentException>(() => Enc28j60Leds.Configuration(Enc28j60Leds.Link, -1, Enc28j60Leds.Stretch40));
        Assert.ThrowsExactly<ArgumentException>(() => Enc28j60Leds.Configuration(Enc28j60Leds.Link, Enc28j60Leds.Off, 0xE));
        Assert.ThrowsExactly<ArgumentException>(() => Enc28j60Leds.Configuration(Enc28j60Leds.Link, Enc28j60Leds.Off, 1));
        Assert.ThrowsExactly<ArgumentException>(() => Enc28j60Leds.Configuration(Enc28j60Leds.Link, Enc28j60Leds.Off, 4), "a length, but no stretch");
    }

    private static Enc28j60Driver Made(int ledConfiguration)
    {
        return new Enc28j60Driver(new FaultyBus(null!), DriverBench.Mac, new Enc28j60Options { LedConfiguration = ledConfiguration });
    }
}
