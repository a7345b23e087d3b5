using System;
using NanoTcp.Emulation;
using NanoTcp.Host.Cable;
using NanoTcp.Link;

namespace NanoTcp.Tests.Host;

[TestClass]
public class CableLinkTests
{
    private const long Own = 0x020000770002;

    private readonly VirtualClock _clock = new(0);
    private readonly byte[] _buffer = new byte[1600];
    private readonly CablePort _far;
    private readonly CablePort _near;
    private readonly CableLink _link;

    public CableLinkTests()
    {
        VirtualCable cable = new(_clock);
        _far = cable.AddPort("far");
        _near = cable.AddPort("near");
        _link = new CableLink(_near, Own);
    }

    [TestMethod]
    public void A_short_frame_is_padded_with_zeros_to_what_Ethernet_asks_for()
    {
        byte[] frame = TestFrames.Make(1, 42);
        Assert.IsTrue(_link.Send(frame, 0, 42));

        Array.Fill(_buffer, (byte)0xEE);
        Assert.AreEqual(60, _far.Receive(_buffer, 0, _buffer.Length));
        CollectionAssert.AreEqual(frame, _buffer[..42]);
        CollectionAssert.AreEqual(new byte[18], _buffer[42..60]);
    }

    [TestMethod]
    public void Own_and_group_addresses_come_in_and_others_are_counted()
    {
        SendTo("020000770002");
        SendTo("020000770003");
        SendTo("FFFFFFFFFFFF");
        SendTo("01005E0000FB");

        Assert.AreEqual(60, _link.Receive(_buffer, 2, 1514));
        Assert.AreEqual(0x02, _buffer[2]);
        Assert.AreEqual(60, _link.Receive(_buffer, 2, 1514));
        Assert.AreEqual(0xFF, _buffer[2]);
        Assert.AreEqual(60, _link.Receive(_buffer, 2, 1514));
        Assert.AreEqual(0x01, _buffer[2]);
        Assert.AreEqual(0, _link.Receive(_buffer, 2, 1514));
        Assert.AreEqual(1, _link.Counters.GetValue(CableLink.FramesFiltered));
        Assert.AreEqual(3, _link.Counters.GetValue(CableLink.FramesIn));
    }

    [TestMethod]
    public void Status_follows_the_plug()
    {
        _link.Poll(0);
        Assert.AreEqual(LinkStatus.Up, _link.Status);
        _far.Unplug();
        _link.Poll(1);
        Assert.AreEqual(LinkStatus.Down, _link.Status);
    }

    [TestMethod]
    [DataRow(0L)]
    [DataRow(0x010000000001L)]
    [DataRow(0xFFFFFFFFFFFFL)]
    [DataRow(0x1000000000000L)]
    [DataRow(-1L)]
    public void An_address_that_no_station_can_have_is_refused(long address)
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new CableLink(_near, address));
    }

    private void SendTo(string destination)
    {
        byte[] frame = TestFrames.Make(1, 60);
        Convert.FromHexString(destination).CopyTo(frame, 0);
        _far.Send(frame, 0, frame.Length);
    }
}
