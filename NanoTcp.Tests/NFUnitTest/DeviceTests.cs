#nullable disable
using System;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Tests.OnDevice;

/// <summary>
/// What a board, or the device's runtime on a desktop, can show by itself: stack, driver and emulated chip run in it and carry
/// octets. The same tests run on the desktop with all the others.
/// </summary>
[TestClass]
public sealed class DeviceTests
{
    private const long DeviceMac = 0x020000770002;
    private const long ComputerMac = 0x020000770001;
    private const int Minute = 60_000;

    [TestMethod]
    public void Addresses_are_read_and_written()
    {
        uint address = Ipv4Address.From(192, 168, 77, 2);
        Assert.AreEqual(0xC0A84D02, address, "an address is a number");
        byte[] text = new byte[Ipv4Address.MaxTextLength];
        Assert.AreEqual(12, Ipv4Address.Format(address, text, 0), "length of 192.168.77.2");
        Assert.IsTrue(text[0] == (byte)'1' && text[11] == (byte)'2', "192.168.77.2");
        Assert.IsTrue(Ipv4Address.IsMulticast(Ipv4Address.From(224, 0, 0, 251)), "224.0.0.251 is a group");
        Assert.IsTrue(MacAddress.IsGroup(0x01005E0000FB), "01-00-5E-00-00-FB is a group");
        Assert.IsFalse(MacAddress.IsGroup(DeviceMac), "02-00-00-77-00-02 is a station");
    }

    [TestMethod]
    public void Counters_have_their_names()
    {
        CounterSet counters = new CounterSet("rx tx_errors");
        counters.Increment(1);
        Assert.AreEqual(2, counters.Count, "two names");
        Assert.IsTrue(counters.GetName(1) == "tx_errors", "the second name");
        Assert.AreEqual(1L, counters.GetValue(1), "the second counter");
    }

    [TestMethod]
    public void Misuse_is_an_exception()
    {
        bool thrown = false;
        try
        {
            Enc28j60Driver driver = new Enc28j60Driver(null, DeviceMac, null);
            Assert.IsTrue(driver == null, "a driver without a bus");
        }
        catch (ArgumentNullException)
        {
            thrown = true;
        }

        Assert.IsTrue(thrown, "no ArgumentNullException for a driver without a bus");
    }

    [TestMethod]
    public void Two_stacks_carry_octets_over_a_cable()
    {
        Assert.IsTrue(OverCable(0).Run(5000, Minute), "5,000 octets there and back");
    }

    [TestMethod]
    public void Two_stacks_carry_octets_over_a_cable_that_loses_frames()
    {
        Assert.IsTrue(OverCable(7).Run(5000, 20 * Minute), "5,000 octets there and back, one frame in seven lost");
    }

    [TestMethod]
    public void The_stack_carries_octets_through_driver_and_emulated_chip()
    {
        Assert.IsTrue(OverChip(0), "5,000 octets through the chip");
    }

    [TestMethod]
    public void The_driver_brings_a_chip_back_whose_supply_has_dipped()
    {
        Assert.IsTrue(OverChip(2000), "5,000 octets through a chip that was reset in the middle");
    }

    private static EchoRun OverCable(int losesOneIn)
    {
        VirtualClock clock = new VirtualClock(1_000_000);
        FrameQueue toServer = new FrameQueue();
        FrameQueue toClient = new FrameQueue();
        toServer.LosesOneIn = losesOneIn;
        toClient.LosesOneIn = losesOneIn;
        NetworkStack server = new NetworkStack(new CableEnd(toServer, toClient, DeviceMac), Options(2));
        NetworkStack client = new NetworkStack(new CableEnd(toClient, toServer, ComputerMac), Options(1));
        return new EchoRun(clock, server, client);
    }

    private static bool OverChip(int brownOutAt)
    {
        VirtualClock clock = new VirtualClock(1_000_000);
        FrameQueue toChip = new FrameQueue();
        FrameQueue toClient = new FrameQueue();
        Enc28j60Chip chip = new Enc28j60Chip(clock, new CableEnd(toChip, toClient, 0), new Enc28j60ChipOptions());
        Enc28j60Driver driver = new Enc28j60Driver(chip, DeviceMac, new Enc28j60Options());
        NetworkStack server = new NetworkStack(driver, Options(2));
        NetworkStack client = new NetworkStack(new CableEnd(toClient, toChip, ComputerMac), Options(1));
        EchoRun run = new EchoRun(clock, server, client);
        run.Chip = chip;
        run.BrownOutAt = brownOutAt;
        bool carried = run.Run(5000, Minute);
        Assert.AreEqual(0L, chip.Violations.Total, "the driver did what the data sheet forbids");
        Assert.AreEqual(brownOutAt == 0 ? 1L : 2L, driver.Counters.GetValue(Enc28j60Counters.Initialisations), "initialisations");
        return carried;
    }

    private static NetworkStackOptions Options(int host)
    {
        NetworkStackOptions options = new NetworkStackOptions();
        options.Address = Ipv4Address.From(192, 168, 77, host);
        options.Connections = 1;
        options.Random = new SeededRandom((ulong)host);
        return options;
    }
}
