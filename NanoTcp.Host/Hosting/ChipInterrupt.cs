using NanoTcp.Emulation;
using NanoTcp.Host.Scheduling;

namespace NanoTcp.Host.Hosting;

/// <summary>Wakes the loop as the INT pin of the chip wakes a board: at once while it is low, else when the chip next changes.</summary>
internal sealed class ChipInterrupt : IEventSource
{
    private readonly Enc28j60Chip _chip;

    internal ChipInterrupt(Enc28j60Chip chip)
    {
        _chip = chip;
    }

    /// <inheritdoc/>
    public long NanosecondsToNextEvent
    {
        get { return _chip.InterruptPinLow ? 0 : _chip.NanosecondsToNextEvent; }
    }
}
