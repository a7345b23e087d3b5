using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 6298 2, with numbers worked out by hand.</summary>
[TestClass]
public sealed class RoundTripEstimatorTests
{
    [TestMethod]
    [Requirement("RFC 6298", "2.1")]
    public void RFC_6298_2_1_before_anything_is_measured_the_timeout_is_one_second()
    {
        RoundTripEstimator estimator = new(200);
        Assert.AreEqual(1000, estimator.Timeout);
        Assert.AreEqual(-1, estimator.SmoothedRoundTripTime);
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-18")]
    [Requirement("RFC 6298", "2.2", "2.3")]
    public void RFC_6298_2_2_and_2_3_by_hand()
    {
        RoundTripEstimator estimator = new(100);

        // SRTT = 100, RTTVAR = 50, RTO = 100 + 4 * 50.
        estimator.Measured(100);
        Assert.AreEqual(100, estimator.SmoothedRoundTripTime);
        Assert.AreEqual(300, estimator.Timeout);

        // RTTVAR = 3/4 * 50 + 1/4 * |100 - 200| = 62.5, SRTT = 7/8 * 100 + 1/8 * 200 = 112.5, RTO = 112.5 + 250.
        estimator.Measured(200);
        Assert.AreEqual(112, estimator.SmoothedRoundTripTime);
        Assert.AreEqual(362, estimator.Timeout);

        // RTTVAR = 3/4 * 62.5 + 1/4 * |112.5 - 50| = 62.5, SRTT = 7/8 * 112.5 + 1/8 * 50 = 104.7, RTO = 104.7 + 250.
        estimator.Measured(50);
        Assert.AreEqual(104, estimator.SmoothedRoundTripTime);
        Assert.AreEqual(354, estimator.Timeout, 1);

        // RTTVAR = 3/4 * 62.5 + 1/4 * |104.7 - 900| = 245.7, SRTT = 7/8 * 104.7 + 1/8 * 900 = 204.1, RTO = 204.1 + 982.8.
        estimator.Measured(900);
        Assert.AreEqual(204, estimator.SmoothedRoundTripTime);
        Assert.AreEqual(1187, estimator.Timeout, 2);
    }

    [TestMethod]
    [Requirement("RFC 6298", "2.3")]
    public void A_steady_round_trip_time_is_found_and_the_variation_fades()
    {
        RoundTripEstimator estimator = new(100);
        estimator.Measured(3000);
        for (int i = 0; i < 200; i++)
        {
            estimator.Measured(400);
        }

        Assert.AreEqual(400, estimator.SmoothedRoundTripTime, 1);
        Assert.AreEqual(400, estimator.Timeout, 10);
    }

    [TestMethod]
    [Requirement("RFC 6298", "2.4", "2.5", "4")]
    public void RFC_6298_2_4_and_2_5_the_timeout_has_limits()
    {
        RoundTripEstimator estimator = new(1000);
        estimator.Measured(0);
        Assert.AreEqual(0, estimator.SmoothedRoundTripTime);
        Assert.AreEqual(1000, estimator.Timeout);
        estimator.Reset();
        estimator.Measured(59_000);
        Assert.AreEqual(60_000, estimator.Timeout);
    }

    [TestMethod]
    [Requirement("RFC 6298", "2.5", "5.5", "5.7")]
    public void RFC_6298_5_5_and_5_7_back_off_doubles_up_to_a_minute_and_a_measurement_ends_it()
    {
        RoundTripEstimator estimator = new(1000);
        foreach (int expected in new[] { 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000 })
        {
            estimator.BackOff();
            Assert.AreEqual(expected, estimator.Timeout);
        }

        estimator.Measured(1000);
        Assert.AreEqual(3000, estimator.Timeout);
        estimator.LostSyn();
        Assert.AreEqual(3000, estimator.Timeout, "something was measured, so that counts");
        estimator.Reset();
        estimator.LostSyn();
        Assert.AreEqual(3000, estimator.Timeout);
    }
}
