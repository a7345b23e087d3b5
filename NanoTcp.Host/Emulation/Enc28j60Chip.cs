using System;
using NanoTcp.Drivers.Enc28j60;

namespace NanoTcp.Emulation;

/// <summary>
/// An ENC28J60 at the level of its SPI octets (DS39662, with the errata of DS80349): what a driver does wrong has the
/// consequences that it has on silicon, and is written down in <see cref="Violations"/> besides.
/// </summary>
/// <remarks>
/// <para>One thread calls all members. Nothing is allocated after the constructor.</para>
/// <para>Where an erratum says "sometimes", the chip misbehaves in every case that the erratum names (5, 12, 14, 15), so
/// that a driver cannot be lucky. Where an erratum only says "unreliable" (1, 3, 7, 8, 9, 10, 18), the dice
/// decide. EIR.PKTIF is right unless a knob says otherwise (erratum 6): a driver must not depend on reading it all the same.</para>
/// </remarks>
public sealed partial class Enc28j60Chip : ISpiBus
{
    private const int LongestTransfer = 16_384;
    private const int MostPackets = 255;

    private readonly ChipState _state;
    private readonly SimulationClock _clock;
    private readonly Enc28j60Faults _faults;
    private readonly Timeline _timeline;
    private readonly SpiDecoder _decoder;
    private readonly Receiver _receiver;
    private readonly InterruptPin _pin;
    private readonly PowerAndReset _power;
    private readonly Leds _leds;
    private readonly ResetPin _resetPin;
    private readonly BusFaults _bus;
    private readonly LinkFaults _link;
    private readonly ReceiveFaults _reception;

    /// <summary>Makes a chip and powers it on.</summary>
    /// <param name="clock">The time that it lives in, and that its SPI octets move.</param>
    /// <param name="port">The cable in its RJ45 jack.</param>
    /// <param name="options">How it is built and wired.</param>
    public Enc28j60Chip(SimulationClock clock, IEthernetPort port, Enc28j60ChipOptions options)
    {
        if (clock == null)
        {
            throw new ArgumentNullException(nameof(clock));
        }

        if (port == null)
        {
            throw new ArgumentNullException(nameof(port));
        }

        if (options == null)
        {
            throw new ArgumentNullException(nameof(options));
        }

        _state = new ChipState(options) { Now = clock.Nanoseconds };
        _clock = clock;
        _faults = _state.Faults;
        PhysicalLine line = new(_state, port);
        Phy phy = new(_state, line);
        _leds = new Leds(_state, phy);
        SelfTest selfTest = new(_state);
        HostHabits habits = new(_state);
        FlowControl flow = new(_state);
        ReceiveRing ring = new(_state);
        _receiver = new Receiver(_state, line, ring, new ReceiveFilter(_state), flow, phy);
        Transmitter transmitter = new(_state, line, _receiver, flow, phy);
        PauseSender pause = new(_state, line, _receiver, transmitter, phy);
        DmaEngine dma = new(_state, ring);
        MiiManagement mii = new(_state, phy);
        ControlRegisters control = new(_state, _receiver, transmitter, dma, phy, habits);
        InterruptLogic interrupts = new(_state, phy, _receiver);
        _pin = new InterruptPin(_state, interrupts);
        _power = new PowerAndReset(
            _state, ring, _receiver, transmitter, flow, pause, dma, mii, phy, selfTest, habits, _pin);
        _resetPin = new ResetPin(_state, _power);
        _timeline = new Timeline(
            _state, clock, _receiver, transmitter, pause, dma, mii, phy, selfTest, _resetPin, _pin);
        _decoder = new SpiDecoder(
            _state,
            clock,
            _timeline,
            new EthRegisters(_state, ring, control, interrupts, pause, selfTest, habits),
            new MacRegisters(_state, mii),
            new BufferAccess(_state, ring, transmitter),
            _power,
            _pin,
            Statistics,
            habits);
        _link = new LinkFaults(_state, phy, _receiver, _pin);
        _bus = new BusFaults(_state, _timeline, _decoder, _power, _link);
        _reception = new ReceiveFaults(_state, _receiver, _pin);
        _power.PowerOn();
    }

    /// <summary>What the host did against the data sheet or the errata. Tests assert it empty.</summary>
    public ViolationLog Violations
    {
        get { return _state.Violations; }
    }

    /// <summary>What goes wrong, as knobs.</summary>
    public Enc28j60Faults Faults
    {
        get { return _faults; }
    }

    /// <summary>What went over the SPI bus.</summary>
    public SpiStatistics Statistics { get; } = new();

    /// <summary>What became of the frames.</summary>
    public WireStatistics Wire
    {
        get { return _state.Wire; }
    }

    /// <summary>
    /// Whether the host sees the INT pin low, which means that the chip asks for attention; brought up to date first.
    /// </summary>
    public bool InterruptPinLow
    {
        get
        {
            Update();
            _pin.Look();
            return _pin.Low;
        }
    }

    /// <summary>
    /// How often the host has seen the INT pin fall, pulses between two looks included; brought up to date first. What an
    /// edge-triggered input would have told, <see cref="Enc28j60Faults.LostInterruptEdges"/> left out.
    /// </summary>
    public long InterruptEdges
    {
        get
        {
            Update();
            _pin.Look();
            return _pin.Edges;
        }
    }

    /// <summary>
    /// Nanoseconds until the chip changes by itself, as of the last operation or <see cref="Update"/>; 0 when that is
    /// overdue, <see cref="long.MaxValue"/> when only the host or a frame that is not there yet can change it.
    /// </summary>
    public long NanosecondsToNextEvent
    {
        get
        {
            long wait = _timeline.NanosecondsToNextEvent;
            if (_faults.Armed && _link.NextEvent != ChipState.Never)
            {
                wait = Bounds.Min(wait, Bounds.Max(0L, _link.NextEvent - _clock.Nanoseconds));
            }

            return wait;
        }
    }

    /// <summary>The buffer memory, for looking at it.</summary>
    internal byte[] Memory
    {
        get { return _state.Memory; }
    }

    /// <inheritdoc/>
    public void Transfer(byte[] buffer, int offset, int count)
    {
        CheckRange(buffer, offset, count);
        if (_faults.Armed)
        {
            _bus.Execute(buffer, offset, count, buffer);
        }
        else
        {
            _decoder.Execute(buffer, offset, count, buffer);
        }
    }

    /// <inheritdoc/>
    public void Write(byte[] buffer, int offset, int count)
    {
        CheckRange(buffer, offset, count);
        if (_faults.Armed)
        {
            _bus.Execute(buffer, offset, count, null);
        }
        else
        {
            _decoder.Execute(buffer, offset, count, null);
        }
    }

    /// <summary>
    /// One operation by bits: chip select rises in the middle of an octet. That octet counts for nothing, be it an
    /// opcode, the data of a register or of the buffer memory (DS39662 4.2).
    /// </summary>
    /// <param name="buffer">What the host sends; the chip's bits replace it, as many as were clocked.</param>
    /// <param name="offset">First octet.</param>
    /// <param name="bits">How many bits, the most significant of each octet first.</param>
    public void TransferBits(byte[] buffer, int offset, int bits)
    {
        if (bits < 1 || bits > 8 * LongestTransfer)
        {
            throw new ArgumentOutOfRangeException(nameof(bits));
        }

        CheckRange(buffer, offset, (bits + 7) >> 3);
        if ((bits & 7) == 0)
        {
            Transfer(buffer, offset, bits >> 3);
            return;
        }

        _decoder.ExecuteCutShort(buffer, offset, bits);
    }

    /// <summary>
    /// Lets the chip do what it does by itself up to now: receive, send, see the cable. Operations do the same; a loop
    /// calls this while the driver is silent.
    /// </summary>
    public void Update()
    {
        _timeline.Update();
        if (_faults.Armed)
        {
            _link.Look();
            _timeline.Update();
        }
    }

    /// <summary>Takes the supply away and gives it back, with the host's knowledge.</summary>
    public void PowerCycle()
    {
        _timeline.Update();
        _power.PowerOn();
    }

    /// <summary>
    /// The supply dips, behind the host's back: whatever was under way is lost, every register is as after power-on, the
    /// buffer memory holds noise, and the oscillator and the link have to start anew.
    /// </summary>
    public void BrownOut()
    {
        _bus.BrownOut();
    }

    /// <summary>
    /// <see cref="BrownOut"/> when so many octets have been clocked over the bus, in the middle of an operation as a rule:
    /// the chip hears nothing of the rest of it, and drives nothing.
    /// </summary>
    /// <param name="octets">0 for just before the next operation. Replaces one that was on its way.</param>
    public void BrownOutAfter(int octets)
    {
        if (octets < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(octets));
        }

        _faults.OctetsToBrownOut = octets;
        _faults.Arm();
    }

    /// <summary>ECON1.RXEN goes by itself, now.</summary>
    public void LoseReceiveEnable()
    {
        Update();
        _receiver.LoseEnable();
    }

    /// <summary>
    /// The PHY loses the link, now and for a while, although the cable's other end is there: LSTAT, LLSTAT and the link
    /// interrupt say so, a frame that is coming in is rubbish, and nothing is received or sent.
    /// </summary>
    /// <param name="nanoseconds">How long; the link delay comes on top. 0 for a blink.</param>
    public void LoseLink(long nanoseconds)
    {
        if (nanoseconds < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(nanoseconds));
        }

        Update();
        _link.Lose(nanoseconds > ChipState.Never - _state.Now ? ChipState.Never : _state.Now + nanoseconds);
    }

    /// <summary>
    /// Fills the ring with frames of 18 octets to the station's own address, the smallest that the MAC lets through, as if
    /// they had all come by now: no time passes. 255 of them take 6120 octets and fill EPKTCNT; what comes after that, or
    /// finds no room, is lost with RXERIF, as on silicon. Filters and RXEN count.
    /// </summary>
    public void FloodPackets(int count)
    {
        Update();
        _reception.Flood(count);
    }

    /// <summary>
    /// EPKTCNT says something else than there is in the ring. Silicon counts right; a host is not to run away all the
    /// same.
    /// </summary>
    /// <param name="count">0 to 255.</param>
    public void MiscountPackets(int count)
    {
        if (count < 0 || count > MostPackets)
        {
            throw new ArgumentOutOfRangeException(nameof(count));
        }

        Update();
        _reception.Miscount(count);
    }

    private static void CheckRange(byte[] buffer, int offset, int count)
    {
        if (buffer == null)
        {
            throw new ArgumentNullException(nameof(buffer));
        }

        if (offset < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(offset));
        }

        if (count < 1 || count > LongestTransfer || count > buffer.Length - offset)
        {
            throw new ArgumentOutOfRangeException(nameof(count));
        }
    }
}
