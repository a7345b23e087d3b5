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
/// that a driver cannot be lucky. Where an erratum only says "unreliable" (3, 7, 8, 9, 10, 18), the dice decide. EIR.PKTIF
/// is right unless a knob says otherwise (erratum 6): a driver must not depend on reading it all the same.</para>
/// </remarks>
public sealed partial class Enc28j60Chip : ISpiBus
{
    private const int LongestTransfer = 16_384;

    private readonly ChipState _state;
    private readonly Timeline _timeline;
    private readonly SpiDecoder _decoder;
    private readonly InterruptLogic _interrupts;
    private readonly PowerAndReset _power;
    private readonly Leds _leds;
    private readonly ResetPin _resetPin;

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
        PhysicalLine line = new(_state, port);
        Phy phy = new(_state, line);
        _leds = new Leds(_state, phy);
        SelfTest selfTest = new(_state);
        HostHabits habits = new(_state);
        FlowControl flow = new(_state);
        ReceiveRing ring = new(_state);
        Receiver receiver = new(_state, line, ring, new ReceiveFilter(_state), flow, phy);
        Transmitter transmitter = new(_state, line, receiver, flow, phy);
        PauseSender pause = new(_state, line, receiver, transmitter, phy);
        DmaEngine dma = new(_state, ring);
        MiiManagement mii = new(_state, phy);
        ControlRegisters control = new(_state, receiver, transmitter, dma, phy, habits);
        _interrupts = new InterruptLogic(_state, phy, receiver);
        _power = new PowerAndReset(_state, ring, receiver, transmitter, flow, pause, dma, mii, phy, selfTest, habits);
        _resetPin = new ResetPin(_state, _power);
        _timeline = new Timeline(_state, clock, receiver, transmitter, pause, dma, mii, phy, selfTest, _resetPin);
        _decoder = new SpiDecoder(
            _state,
            clock,
            _timeline,
            new EthRegisters(_state, ring, control, _interrupts, pause, selfTest, habits),
            new MacRegisters(_state, mii),
            new BufferAccess(_state, ring, transmitter),
            _power,
            Statistics,
            habits);
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
        get { return _state.Faults; }
    }

    /// <summary>What went over the SPI bus.</summary>
    public SpiStatistics Statistics { get; } = new();

    /// <summary>What became of the frames.</summary>
    public WireStatistics Wire
    {
        get { return _state.Wire; }
    }

    /// <summary>Whether the INT pin is low, which means that it asks for attention; brought up to date first.</summary>
    public bool InterruptPinLow
    {
        get
        {
            _timeline.Update();
            return _interrupts.PinLow;
        }
    }

    /// <summary>
    /// Nanoseconds until the chip changes by itself, as of the last operation or <see cref="Update"/>; 0 when that is
    /// overdue, <see cref="long.MaxValue"/> when only the host or a frame that is not there yet can change it.
    /// </summary>
    public long NanosecondsToNextEvent
    {
        get { return _timeline.NanosecondsToNextEvent; }
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
        _decoder.Execute(buffer, offset, count, buffer);
    }

    /// <inheritdoc/>
    public void Write(byte[] buffer, int offset, int count)
    {
        CheckRange(buffer, offset, count);
        _decoder.Execute(buffer, offset, count, null);
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
    }

    /// <summary>Takes the supply away and gives it back.</summary>
    public void PowerCycle()
    {
        _timeline.Update();
        _power.PowerOn();
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
