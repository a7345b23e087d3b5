using NanoTcp.Tcp;

namespace NanoTcp.Tests.Tcp;

/// <summary>
/// Header prediction is only a shorter way: of two stacks that go through the same, one predicts and one never does, and
/// after every step all that they know, count and send is the same.
/// </summary>
[TestClass]
public sealed class HeaderPredictionTests
{
    [TestMethod]
    [DataRow(TcpCongestionControl.NewReno, false, 1)]
    [DataRow(TcpCongestionControl.NewReno, true, 2)]
    [DataRow(TcpCongestionControl.Cubic, false, 3)]
    [DataRow(TcpCongestionControl.Cubic, true, 4)]
    [DataRow(TcpCongestionControl.None, false, 5)]
    [DataRow(TcpCongestionControl.None, true, 6)]
    public void With_and_without_it_two_stacks_stay_the_same(TcpCongestionControl congestionControl, bool ecn, int first)
    {
        const int Seeds = 40;
        int predicted = 0;
        for (int i = 0; i < Seeds; i++)
        {
            Twins twins = new((ulong)(first + (10 * i)), congestionControl, ecn);
            twins.Run(150);
            predicted += twins.Predicted;
        }

        Assert.IsGreaterThan(Seeds * 12, predicted, "segments that were predicted");
    }

    /// <summary>Each of these is one step away from what is predicted.</summary>
    [TestMethod]
    [DataRow(Deviation.None, true)]
    [DataRow(Deviation.Push, true)]
    [DataRow(Deviation.Marked, true, DisplayName = "Marked, which means nothing without data")]
    [DataRow(Deviation.MarkedText, false)]
    [DataRow(Deviation.Text, true)]
    [DataRow(Deviation.TextAndPadding, true)]
    [DataRow(Deviation.TextBeyondTheWindow, false)]
    [DataRow(Deviation.Fin, false)]
    [DataRow(Deviation.Urgent, false)]
    [DataRow(Deviation.UrgentPointerAlone, false)]
    [DataRow(Deviation.EcnEcho, false)]
    [DataRow(Deviation.ReservedBit, false)]
    [DataRow(Deviation.TcpOption, false)]
    [DataRow(Deviation.IpOption, false)]
    [DataRow(Deviation.Fragment, false)]
    [DataRow(Deviation.AnotherWindow, false)]
    [DataRow(Deviation.NothingNew, false)]
    [DataRow(Deviation.TooMuchAcknowledged, false)]
    [DataRow(Deviation.BeforeTheNext, false)]
    [DataRow(Deviation.BehindTheNext, false)]
    [DataRow(Deviation.BadTcpSum, false)]
    [DataRow(Deviation.BadIpSum, false)]
    [DataRow(Deviation.TooShort, false)]
    [DataRow(Deviation.AnotherPort, false)]
    [DataRow(Deviation.AnotherSource, false)]
    [DataRow(Deviation.Broadcast, false)]
    public void Only_what_is_exactly_as_expected_is_predicted(Deviation deviation, bool predicted)
    {
        Twins twins = new(7, TcpCongestionControl.NewReno, false);
        twins.SendOut(500);
        twins.Deliver(deviation);
        Assert.AreEqual(predicted ? 1 : 0, twins.Predicted);
    }

    [TestMethod]
    public void What_waits_for_an_opening_window_is_not_predicted()
    {
        Twins twins = new(8, TcpCongestionControl.NewReno, false);
        twins.SendOut(500);
        twins.CloseWindow();
        twins.SendOut(100);
        twins.Advance(5000);
        twins.Deliver(Deviation.None);
        Assert.AreEqual(0, twins.Predicted);
    }

    [TestMethod]
    public void A_connection_that_was_given_back_is_not_predicted()
    {
        Twins twins = new(9, TcpCongestionControl.NewReno, false);
        twins.SendOut(500);
        twins.Close();
        twins.Deliver(Deviation.None);
        Assert.AreEqual(0, twins.Predicted);
    }

    [TestMethod]
    public void A_host_with_another_prefix_looks_at_the_addresses_again_before_it_predicts()
    {
        // In another network the peer's address may be one that no host has.
        Twins twins = new(11, TcpCongestionControl.NewReno, false);
        twins.SendOut(500);
        twins.Narrow();
        twins.Deliver(Deviation.None);
        Assert.AreEqual(0, twins.Predicted);
    }

    [TestMethod]
    public void A_host_with_another_address_predicts_nothing()
    {
        Twins twins = new(10, TcpCongestionControl.NewReno, false);
        twins.SendOut(500);
        twins.Move();
        twins.Deliver(Deviation.None);
        Assert.AreEqual(0, twins.Predicted);
    }
}
