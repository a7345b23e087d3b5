using NanoTcp.Link;
using NanoTcp.Services;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;

namespace NanoTcp.Tests.Services;

/// <summary>How a host comes to its name: RFC 6762 8 and 9.</summary>
[TestClass]
public class MdnsStartupTests : MdnsTest
{
    [TestMethod]
    [Requirement("RFC 6762", "8.1")]
    public void Section_8_1_Three_probes_at_intervals_of_250_ms_and_nobody_answers()
    {
        StartHost();
        At(FirstProbe - 1);
        Nothing();
        Assert.AreEqual(MdnsState.Probing, Responder.State);
        At(FirstProbe);
        Says(Probe);
        At(FirstProbe + 250);
        Says(Probe);
        At(FirstProbe + 500);
        Says(Probe);
        At(FirstProbe + 749);
        Nothing();
        Assert.AreEqual(MdnsState.Probing, Responder.State);
    }

    [TestMethod]
    [Requirement("RFC 6762", "8.3")]
    public void Section_8_3_Two_announcements_a_second_apart_and_then_silence_for_a_day()
    {
        StartHost();
        At(FirstProbe + 500);
        B.Sent.Clear();
        At(FirstProbe + 750);
        Says(Announcement);
        Assert.AreEqual(MdnsState.Announcing, Responder.State);
        At(FirstProbe + 1750);
        Says(Announcement);
        Assert.AreEqual(MdnsState.Ready, Responder.State);
        At(24 * 3600 * 1000);
        Nothing();
    }
}
