namespace NanoTcp.Tcp;

/// <summary>Losses are repaired, and nothing is concluded from them: only the peer's window limits what is out.</summary>
internal sealed class NoCongestionControl : CongestionControl
{
    protected override void Begin(int[] state, int mss, bool synLost)
    {
        state[Window] = MaxWindow;
    }
}
