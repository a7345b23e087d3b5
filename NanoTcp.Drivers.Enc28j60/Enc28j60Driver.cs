using System;
using NanoTcp.Link;
using NanoTcp.Primitives;

namespace NanoTcp.Drivers.Enc28j60;

/// <summary>
/// The Microchip ENC28J60, a 10 Mbit/s Ethernet controller on an SPI bus (DS39662, errata DS80349), as a link device.
/// </summary>
/// <remarks>
/// <para>Nothing blocks and nothing is allocated after the constructor. The chip is set up by the first calls of
/// <see cref="Poll"/>. When it is not there, <see cref="Status"/> says <see cref="LinkStatus.NoDevice"/>, and the driver
/// looks for it every second. Whatever is found wrong with a running chip leads to the same recovery: it is reset
/// and set up anew within some five milliseconds, the frames in its memory are lost, and the cause is counted.</para>
/// <para>Filters and power modes are asked for at any time, and carried out by the next calls of <see cref="Poll"/>,
/// because the chip must not receive while they change. What is in its memory is not lost by that; of what is on the
/// wire a frame or two may be.</para>
/// <para>The bus is used from within these calls only.</para>
/// </remarks>
public sealed class Enc28j60Driver : ILinkDevice, IMulticastFilter
{
    private const int EthernetMtu = 1500;
    private const int ShortestFrame = 14;
    private const int LongestFrame = 1514;
    private const int LongestPollInterval = 1000;
    private const int MostGroups = 64;
    private const int ShortestCheckInterval = 100;
    private const int LongestCheckInterval = 60_000;

    /// <summary>How often one call looks for more after it has dropped all frames that waited.</summary>
    private const int MostDroppedBatches = 16;

    /// <summary>Milliseconds between two looks at the link while there is none.</summary>
    private const int LinkInterval = 500;

    private readonly long _macAddress;
    private readonly CounterSet _counters;
    private readonly Enc28j60Receiver _receiver;
    private readonly Enc28j60Transmitter _transmitter;
    private readonly Enc28j60Startup _startup;
    private readonly Enc28j60Findings _findings;
    private readonly Enc28j60Health _health;
    private readonly Enc28j60Filter _filter;
    private readonly Enc28j60Power _power;
    private readonly int _idleInterval;
    private readonly int _checkInterval;
    private LinkStatus _status = LinkStatus.NoDevice;
    private bool _running;
    private bool _canSend;
    private bool _workedSinceCheck;
    private long _healthDue;

    /// <summary>Makes the driver; the chip is not touched yet.</summary>
    /// <param name="bus">The chip's SPI device, mode 0, at most 20 MHz; the driver's alone while it is in use.</param>
    /// <param name="macAddress">The station's address, as <see cref="NanoTcp.Wire.MacAddress"/> has it: unicast, not zero.</param>
    /// <param name="options">How to set the chip up; null for the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="bus"/> is null.</exception>
    /// <exception cref="ArgumentException">The address is zero, a group's, or longer than 48 bits; or an option is out
    /// of its range.</exception>
    public Enc28j60Driver(ISpiBus bus, long macAddress, Enc28j60Options options)
    {
        if (bus == null)
        {
            throw new ArgumentNullException(nameof(bus));
        }

        if (macAddress <= 0 || macAddress > Wire.MacAddress.Broadcast || Wire.MacAddress.IsGroup(macAddress))
        {
            throw new ArgumentException("A station's MAC address has 48 bits, is not zero and not a group address.", nameof(macAddress));
        }

        if (options == null)
        {
            options = new Enc28j60Options();
        }

        if (options.PollInterval < 0 || options.PollInterval > LongestPollInterval)
        {
            throw new ArgumentException("PollInterval is 0 to 1000 milliseconds.", nameof(options));
        }

        if (options.CheckInterval < ShortestCheckInterval || options.CheckInterval > LongestCheckInterval)
        {
            throw new ArgumentException("CheckInterval is 100 to 60000 milliseconds.", nameof(options));
        }

        if (options.MulticastGroups < 0 || options.MulticastGroups > MostGroups)
        {
            throw new ArgumentException("MulticastGroups is 0 to 64.", nameof(options));
        }

        if (options.BroadcastLimit < 0)
        {
            throw new ArgumentException("BroadcastLimit is frames a second, or 0 for no limit.", nameof(options));
        }

        Enc28j60Leds.Check(options.LedConfiguration);
        _macAddress = macAddress;
        _idleInterval = options.UseInterruptPin ? LongestPollInterval : options.PollInterval;
        _checkInterval = options.CheckInterval;
        _counters = Enc28j60Counters.Create();
        _findings = new Enc28j60Findings();
        Enc28j60Spi spi = new Enc28j60Spi(bus);
        Enc28j60PhyConfiguration phyConfiguration =
            new Enc28j60PhyConfiguration(new Enc28j60Phy(spi), options.FullDuplex, options.LedConfiguration);
        Enc28j60Configuration configuration =
            new Enc28j60Configuration(spi, macAddress, options.FullDuplex, options.UseInterruptPin);
        _receiver = new Enc28j60Receiver(spi, _counters);
        _transmitter = new Enc28j60Transmitter(spi, _receiver, _counters);
        _startup = new Enc28j60Startup(
            spi, phyConfiguration, configuration, _receiver, _transmitter, _counters, _findings);
        _health = new Enc28j60Health(spi, phyConfiguration, configuration, _receiver, _transmitter);
        _filter = new Enc28j60Filter(
            configuration, options.MulticastGroups, options.BroadcastLimit, options.Promiscuous);
        _power = new Enc28j60Power(spi, configuration, _receiver);
    }

    /// <inheritdoc/>
    public int Headroom
    {
        get { return Enc28j60Receiver.Headroom; }
    }

    /// <inheritdoc/>
    public int Tailroom
    {
        get { return Enc28j60Receiver.Tailroom; }
    }

    /// <inheritdoc/>
    public int Mtu
    {
        get { return EthernetMtu; }
    }

    /// <inheritdoc/>
    public long MacAddress
    {
        get { return _macAddress; }
    }

    /// <inheritdoc/>
    public LinkStatus Status
    {
        get { return _status; }
    }

    /// <inheritdoc/>
    public CounterSet Counters
    {
        get { return _counters; }
    }

    /// <inheritdoc/>
    public bool CanSend
    {
        get { return _canSend; }
    }

    /// <summary>EREVID: 2 is silicon B1, 4 B4, 5 B5, 6 B7; 0 before the chip was found.</summary>
    public int Revision
    {
        get { return _findings.Revision; }
    }

    /// <summary>What is wrong with the hardware, as far as the driver can tell.</summary>
    public Enc28j60Problem Problem
    {
        get
        {
            if (_running)
            {
                return _health.Reversed ? Enc28j60Problem.ReceivePairReversed : Enc28j60Problem.None;
            }

            return _findings.Problem;
        }
    }

    /// <summary>
    /// <see cref="Problem"/> as a sentence to act on, with what was read; empty when there is none. Made when asked for.
    /// </summary>
    public string ProblemText
    {
        get
        {
            byte[] text = new byte[Enc28j60Sentences.Longest];
            return Enc28j60Text.ToString(text, PutProblem(text, 0));
        }
    }

    /// <summary>Whether the chip is set up, as far as is known.</summary>
    internal bool IsRunning
    {
        get { return _running; }
    }

    /// <summary>Whether the chip has not been found, or not in order, by the searches that follow each other at once.</summary>
    internal bool IsSearching
    {
        get { return !_running && _startup.IsSearching; }
    }

    /// <summary>Whether no reset is under way, so that all of the chip may be looked at.</summary>
    internal bool IsSettled
    {
        get { return _running || _startup.IsPausing; }
    }

    /// <summary>Whether frames flow both ways, and are to, as far as the power mode is concerned.</summary>
    internal bool CarriesFrames
    {
        get { return _power.CarriesFrames; }
    }

    internal bool FullDuplex
    {
        get { return _health.FullDuplex; }
    }

    internal Enc28j60Receiver Receiver
    {
        get { return _receiver; }
    }

    internal Enc28j60Transmitter Transmitter
    {
        get { return _transmitter; }
    }

    internal Enc28j60Phy Phy
    {
        get { return _health.Phy; }
    }

    /// <summary>
    /// Writes what a bug report should hold as ASCII text: state, problem, the chip's registers by name, what the driver
    /// believes of them, and all counters. Some thirty lines, 1,500 octets; what does not find room is cut off.
    /// </summary>
    /// <remarks>
    /// Takes some 230 SPI operations, where the PHY is slow at most 64 more for each of its nine registers, and leaves the
    /// chip as it was, but for EWRPTH when a write to it was due. It can be written at any time between two calls of
    /// <see cref="Poll"/>, also without a chip: every register then reads the same, and the first line says so. Allocates
    /// nothing but what a literal costs.
    /// </remarks>
    /// <param name="buffer">Where to.</param>
    /// <param name="offset">First octet.</param>
    /// <returns>Octets written.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="buffer"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The offset is not in the buffer.</exception>
    public int WriteReport(byte[] buffer, int offset)
    {
        if (buffer == null)
        {
            throw new ArgumentNullException(nameof(buffer));
        }

        if (offset < 0 || offset > buffer.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(offset));
        }

        return Enc28j60Report.Write(buffer, offset, this, _health.Spi) - offset;
    }

    /// <summary>Writes <see cref="ProblemText"/>.</summary>
    /// <returns>Where to go on.</returns>
    internal int PutProblem(byte[] buffer, int at)
    {
        return Enc28j60Sentences.Put(buffer, at, Problem, _findings, _counters);
    }

    /// <summary>
    /// Takes every frame whose check sequence is right, whoever it is for. No limit of broadcasts holds then. What is read is
    /// what was asked for last.
    /// </summary>
    public bool Promiscuous
    {
        get { return _filter.IsPromiscuous; }
        set { _filter.SetPromiscuous(value); }
    }

    /// <summary>
    /// The power mode in force; the one last asked for may still be on its way. During a recovery it is
    /// <see cref="Enc28j60PowerMode.Running"/>, because a chip that is reset is awake.
    /// </summary>
    public Enc28j60PowerMode PowerMode
    {
        get { return _power.Mode; }
    }

    /// <summary>
    /// Asks for a power mode, which the following calls of <see cref="Poll"/> bring about. In all but
    /// <see cref="Enc28j60PowerMode.Running"/> the link is down. After that mode the filters are what they were before.
    /// </summary>
    /// <remarks>
    /// <para><see cref="Enc28j60PowerMode.PowerSave"/> begins when the frame on its way out has gone or was given up,
    /// and when those in the chip have been taken or have waited for 20 ms. It ends when another mode is asked for; the chip
    /// then answers within 2 ms, and a switch takes its time to see the link.</para>
    /// <para><see cref="Enc28j60PowerMode.MagicPacket"/> ends by itself with the first magic packet that
    /// <see cref="Receive"/> takes and that arrived in this mode. With <see cref="Enc28j60Options.UseInterruptPin"/> the INT pin
    /// tells of it.</para>
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">There is no such mode.</exception>
    public void SetPowerMode(Enc28j60PowerMode mode)
    {
        if (mode < Enc28j60PowerMode.Running || mode > Enc28j60PowerMode.PowerSave)
        {
            throw new ArgumentOutOfRangeException(nameof(mode));
        }

        _filter.SetMagic(mode == Enc28j60PowerMode.MagicPacket);
        _power.Request(mode);
    }

    /// <inheritdoc/>
    public void Join(long groupAddress)
    {
        _filter.Join(groupAddress);
    }

    /// <inheritdoc/>
    public void Leave(long groupAddress)
    {
        _filter.Leave(groupAddress);
    }

    /// <inheritdoc/>
    public int Poll(long now)
    {
        if (!_running)
        {
            int wait = _startup.Poll(now);
            if (wait != Enc28j60Startup.Done)
            {
                if (_startup.IsSearching)
                {
                    SetStatus(LinkStatus.NoDevice);
                }

                return wait;
            }

            _running = true;
            _healthDue = now;
            _health.Begin();
        }

        if (_transmitter.InFlight)
        {
            CheckTransmission();
            if (_running && _transmitter.InFlight)
            {
                CheckTransmissionTime(now);
            }
        }

        if (_receiver.Broadcasts != 0 && _filter.Watch(_receiver, now))
        {
            _counters.Increment(Enc28j60Counters.BroadcastThrottles);
        }

        bool receiving = _running && (_power.IsSettled || CarryOut(now));
        if (receiving && _receiver.DropSeen)
        {
            receiving = Heed(_health.CheckOverflow());
        }

        if (receiving && now >= _healthDue)
        {
            receiving = Heed(_health.Check());
            if (receiving)
            {
                _startup.Prove();
                SetStatus(_health.LinkUp && _power.CarriesFrames ? LinkStatus.Up : LinkStatus.Down);
            }

            // Two looks make a check. A link that comes is not to wait for a long one.
            int next = _checkInterval / 2;
            _healthDue = now + (next > LinkInterval && !_health.LinkUp ? LinkInterval : next);
        }

        if (receiving && _power.Mode == Enc28j60PowerMode.MagicPacket && _power.MayTakeFrame() && _receiver.Pending == 0)
        {
            // The packet that ends this mode asks for a call at once; when Receive finds it the wait has been said already.
            _receiver.CountPackets();
        }

        UpdateCanSend();
        return receiving ? TimeToNextPoll(now) : _running ? _power.TimeToNextPoll(now) : 0;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The buffer has no room for headroom, capacity and tailroom.</exception>
    public int Receive(byte[] buffer, int offset, int capacity)
    {
        CheckRange(buffer, offset, capacity, Enc28j60Receiver.Tailroom);
        bool quiet = _power.Mode != Enc28j60PowerMode.Running;
        int length = Enc28j60Receiver.Dropped;

        // What comes while others are dropped finds the INT pin low and makes no edge, so that nobody may be told that
        // nothing waits. But longer frames that never stop coming are not to keep the caller.
        for (int batches = 0; length == Enc28j60Receiver.Dropped && batches < MostDroppedBatches; batches++)
        {
            if (!_running || (quiet && !_power.MayTakeFrame()))
            {
                return 0;
            }

            length = _receiver.Receive(buffer, offset, capacity);
        }

        if (length > 0)
        {
            _workedSinceCheck = true;
            if (quiet && _power.IsWakeUp(buffer, offset, length, _macAddress))
            {
                _counters.Increment(Enc28j60Counters.WakeUps);
                SetPowerMode(Enc28j60PowerMode.Running);
            }

            return length;
        }

        if (length < 0 && length != Enc28j60Receiver.Dropped)
        {
            Recover(CauseOf(length));
            CallForPoll();
            return 0;
        }

        // Taking frames took its time: the one on its way out may be gone, and the answers are waiting.
        if (_workedSinceCheck && _transmitter.InFlight)
        {
            CheckTransmission();
            UpdateCanSend();
        }

        return 0;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The length is not that of a frame, or the buffer has no headroom,
    /// or ends before the frame.</exception>
    public bool Send(byte[] buffer, int offset, int length)
    {
        if (length < ShortestFrame || length > LongestFrame)
        {
            throw new ArgumentOutOfRangeException(nameof(length));
        }

        CheckRange(buffer, offset, length, 0);
        if (!_canSend)
        {
            if (!_running || !_transmitter.InFlight)
            {
                return false;
            }

            CheckTransmission();
            UpdateCanSend();
            if (!_canSend)
            {
                return false;
            }
        }

        _transmitter.Send(buffer, offset, length);
        _canSend = false;
        return true;
    }

    private static void CheckRange(byte[] buffer, int offset, int count, int tailroom)
    {
        if (buffer == null)
        {
            throw new ArgumentNullException(nameof(buffer));
        }

        if (offset < Enc28j60Receiver.Headroom || offset > buffer.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(offset));
        }

        if (count < 0 || count > buffer.Length - offset - tailroom)
        {
            throw new ArgumentOutOfRangeException(nameof(count));
        }
    }

    private static int CauseOf(int failure)
    {
        switch (failure)
        {
            case Enc28j60Receiver.DeadBus:
                return Enc28j60Counters.DeadBus;
            case Enc28j60Receiver.OutOfStep:
                return Enc28j60Counters.LostPointers;
            case Enc28j60Receiver.LostBank:
                return Enc28j60Counters.LostRegisters;
            default:
                return Enc28j60Counters.RxBadHeader;
        }
    }

    private void CheckTransmission()
    {
        _workedSinceCheck = false;
        switch (_transmitter.Check())
        {
            case Enc28j60Transmitter.OverflowSeen:
                if (!_receiver.ServiceOverflow())
                {
                    Recover(Enc28j60Counters.RxStalls);
                }

                break;
            case Enc28j60Transmitter.DeadBus:
                Recover(Enc28j60Counters.DeadBus);
                break;
            case Enc28j60Transmitter.Exhausted:
                Recover(Enc28j60Counters.TxExhausted);
                break;
            default:
                break;
        }
    }

    private void CheckTransmissionTime(long now)
    {
        switch (_transmitter.CheckTime(now, _health.FullDuplex))
        {
            case Enc28j60Transmitter.Stalled:
                Recover(Enc28j60Counters.TxStalls);
                break;
            case Enc28j60Transmitter.Lost:
                Recover(Enc28j60Counters.LostPointers);
                break;
            default:
                break;
        }
    }

    /// <summary>Recovers if there is a cause.</summary>
    /// <returns>True when there is none.</returns>
    private bool Heed(int cause)
    {
        if (cause == Enc28j60Health.Good)
        {
            return true;
        }

        Recover(cause);
        return false;
    }

    /// <summary>The one way out of everything that can be wrong with a running chip: reset it and set it up anew.</summary>
    private void Recover(int cause)
    {
        _counters.Increment(cause);
        _counters.Increment(Enc28j60Counters.Recoveries);
        _running = false;
        _canSend = false;
        _power.Restart();
        _startup.Begin(cause);
    }

    /// <summary>
    /// Lets INT rise and fall once more, where it is used and packets wait: what the last <see cref="Poll"/> asked for was the
    /// wait for a chip in order, and the recovery is not to begin only then.
    /// </summary>
    private void CallForPoll()
    {
        Enc28j60Spi spi = _health.Spi;
        spi.ClearBits(Enc28j60Registers.EIE, Enc28j60Bits.INTIE);
        spi.SetBits(Enc28j60Registers.EIE, Enc28j60Bits.INTIE);
    }

    /// <summary>Goes on with what was asked of filters and power.</summary>
    /// <returns>True when the chip receives after that.</returns>
    private bool CarryOut(long now)
    {
        if (!Heed(_power.Poll(now, _transmitter.InFlight)))
        {
            return false;
        }

        if (_power.Mode == Enc28j60PowerMode.PowerSave)
        {
            // That it fell asleep is all that can be seen of it for now.
            _startup.Prove();
        }

        if (!_power.CarriesFrames)
        {
            SetStatus(LinkStatus.Down);
        }
        else if (_status != LinkStatus.Up)
        {
            // Whether there is a link is known at the next look.
            _healthDue = now;
        }

        return _power.IsReceiving;
    }

    private void SetStatus(LinkStatus status)
    {
        if ((status == LinkStatus.Up) != (_status == LinkStatus.Up))
        {
            _counters.Increment(Enc28j60Counters.LinkChanges);
        }

        _status = status;
    }

    private void UpdateCanSend()
    {
        _canSend = _running && _status == LinkStatus.Up && !_transmitter.InFlight;
    }

    private int TimeToNextPoll(long now)
    {
        if (_transmitter.InFlight)
        {
            return _transmitter.IsSlow(now) ? 1 : 0;
        }

        if (_receiver.Pending != 0)
        {
            return 0;
        }

        long wait = _healthDue - now;
        if (_receiver.Broadcasts != 0 && _filter.IsThrottling && _filter.WindowEnd - now < wait)
        {
            wait = _filter.WindowEnd - now;
        }

        return wait < _idleInterval ? (int)wait : _idleInterval;
    }
}
