namespace NanoTcp.Tcp;

/// <summary>
/// How often a record in a table may answer segments that change nothing (RFC 5961 7): limited for each record by itself,
/// in one octet of it, because a limit that all share would tell a stranger who else talks to this host.
/// </summary>
internal static class AcknowledgmentQuota
{
    /// <summary>The time is counted in periods of 2^12 ms; four bits of it stand in the octet, above the number of answers.</summary>
    private const int PeriodShift = 12;

    /// <summary>True when record <paramref name="index"/> may send one more answer, which is then counted.</summary>
    internal static bool Take(byte[] quotas, int index, long now)
    {
        int period = ((int)(now >> PeriodShift) & 0xF) << 4;
        int quota = quotas[index];
        if ((quota & 0xF0) != period)
        {
            quota = period;
        }

        if ((quota & 0xF) >= TcpLimits.ChallengesPerInterval)
        {
            return false;
        }

        quotas[index] = (byte)(quota + 1);
        return true;
    }
}
