using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Host.Cable;

namespace NanoTcp.Tests.Soak;

/// <summary>Turns a <see cref="SoakFault"/> into what it does to chip, wires, cable and power mode.</summary>
internal sealed class SoakFaults
{
    private const long Millisecond = 1_000_000;

    private readonly Enc28j60Chip _chip;
    private readonly Enc28j60Driver _driver;
    private readonly CablePort _computerPort;
    private readonly CablePort _devicePort;
    private readonly Impairments _lossy;
    private readonly SeededRandom _dice;
    private bool _slept;

    internal SoakFaults(
        Enc28j60Chip chip, Enc28j60Driver driver, CablePort computerPort, CablePort devicePort, ulong seed, SeededRandom dice)
    {
        _chip = chip;
        _driver = driver;
        _computerPort = computerPort;
        _devicePort = devicePort;
        _lossy = new Impairments { Seed = seed, Loss = 0.2, Duplication = 0.05 };
        _dice = dice;
    }

    /// <summary>Whether broadcasts come at line rate.</summary>
    internal bool Storms { get; private set; }

    /// <summary>A fault begins.</summary>
    internal void Begin(SoakFault fault, int strength)
    {
        Enc28j60Faults faults = _chip.Faults;
        int percent = strength * 10_000;
        switch (fault)
        {
            case SoakFault.MisoBitErrors:
                // One wrong bit in a frame is what a checksum finds. More of them make two that it does not.
                faults.MisoBitErrors = strength * 10;
                break;
            case SoakFault.MosiBitErrors:
                faults.MosiBitErrors = strength * 10;
                break;
            case SoakFault.MisoStuckLow:
                faults.Miso = MisoFault.StuckLow;
                break;
            case SoakFault.MisoStuckHigh:
                faults.Miso = MisoFault.StuckHigh;
                break;
            case SoakFault.MisoOpen:
                faults.Miso = MisoFault.Open;
                break;
            case SoakFault.MisoEcho:
                faults.Miso = MisoFault.Echo;
                break;
            case SoakFault.SecondDevice:
                faults.Miso = MisoFault.SecondDevice;
                break;
            case SoakFault.Unplugged:
                faults.Unplugged = true;
                break;
            case SoakFault.LostEdges:
                faults.LostInterruptEdges = percent;
                break;
            case SoakFault.InterruptStuckHigh:
                faults.InterruptPin = InterruptPinFault.StuckHigh;
                break;
            case SoakFault.InterruptStuckLow:
                faults.InterruptPin = InterruptPinFault.StuckLow;
                break;
            case SoakFault.Collisions:
                faults.Collisions = percent;
                break;
            case SoakFault.LateCollisions:
                faults.LateCollisions = percent / 2;
                break;
            case SoakFault.LinkPulses:
                faults.LinkPulseCollisions = percent / 2;
                break;
            case SoakFault.StuckTransmissions:
                faults.StuckTransmissions = percent / 2;
                faults.StuckTransmission = (StuckTransmission)_dice.Below(4);
                break;
            case SoakFault.LostTransmitRequests:
                faults.LostTransmitRequests = percent / 2;
                break;
            case SoakFault.GarbageHeaders:
                faults.GarbageHeaders = percent / 2;
                break;
            case SoakFault.ReceiveEnableLosses:
                faults.ReceiveEnableLosses = percent / 2;
                break;
            case SoakFault.PacketFlagLies:
                faults.PacketFlagLies = percent;
                break;
            case SoakFault.LinkFlaps:
                faults.LinkFlapNanoseconds = Millisecond * (1 + _dice.Below(300));
                faults.LinkFlapPeriodNanoseconds = Millisecond * (10 + _dice.Below(600));
                break;
            case SoakFault.Storm:
                Storms = true;
                break;
            case SoakFault.CablePulled:
                _computerPort.Unplug();
                break;
            case SoakFault.LossyCable:
                _computerPort.Impairments = _lossy;
                _devicePort.Impairments = _lossy;
                break;
            case SoakFault.Sleep:
                _driver.SetPowerMode(Enc28j60PowerMode.PowerSave);
                _slept = true;
                break;
            default:
                Repeat(fault);
                break;
        }
    }

    /// <summary>Faults that come in single strokes.</summary>
    internal void Repeat(SoakFault fault)
    {
        switch (fault)
        {
            case SoakFault.BrownOut:
                _chip.BrownOut();
                break;
            case SoakFault.BrownOuts:
                _chip.BrownOutAfter(_dice.Below(3000));
                break;
            case SoakFault.ReceiveEnableLoss:
                _chip.LoseReceiveEnable();
                break;
            case SoakFault.Flood:
                _chip.FloodPackets(1 + _dice.Below(300));
                break;
            case SoakFault.Miscount:
                _chip.MiscountPackets(_dice.Below(256));
                break;
            case SoakFault.Storm:
                // 300 ms at the most at a time: two thousand runs have to end.
                Storms = !Storms && _dice.Below(4) == 0;
                break;
            default:
                break;
        }
    }

    /// <summary>All of them end. What they have done to the chip stays done.</summary>
    /// <returns>Whether the application has just woken the chip, and so will poll at once.</returns>
    internal bool End()
    {
        _chip.Faults.Clear();
        Storms = false;
        _computerPort.Impairments = Impairments.None;
        _devicePort.Impairments = Impairments.None;
        _computerPort.Plug();
        if (!_slept)
        {
            return false;
        }

        _slept = false;
        _driver.SetPowerMode(Enc28j60PowerMode.Running);
        return true;
    }
}
