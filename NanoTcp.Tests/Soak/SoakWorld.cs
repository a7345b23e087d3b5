using System;
using System.Globalization;
using System.Text;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Emulation;
using NanoTcp.Host.Cable;
using NanoTcp.Link;
using NanoTcp.Tcp;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Soak;

/// <summary>
/// A device in its cupboard for some hours, as one seed has it: stack, driver, bus and chip at one end of a cable, a
/// computer at the other, two connections that carry octets both ways, and one fault after the other.
/// </summary>
/// <remarks>
/// The device's loop is that of an application: it polls when the time has come that the last poll asked for, when the
/// interrupt pin has fallen, or when there is something to write. Nothing else wakes it.
/// </remarks>
internal sealed class SoakWorld
{
    /// <summary>Longest silence after a fault has ended, in milliseconds.</summary>
    private const int LongestSilence = 2000;

    /// <summary>Most SPI operations of one call: with as many no wait in it can be without a bound.</summary>
    private const int MostOperations = 500;

    private const long Millisecond = 1_000_000;
    private const long LoopTime = 20_000;
    private const long ComputerMac = 0x020000770001;
    private const long DeviceMac = 0x020000770002;
    private const long MulticastDns = 0x01005E0000FB;
    private const int LongestTransfer = 900_000;
    private const int Streams = 4;
    private const int StormDepth = 8;
    private static readonly uint s_computerAddress = Ipv4Address.From(192, 168, 77, 1);
    private static readonly uint s_deviceAddress = Ipv4Address.From(192, 168, 77, 2);

    private readonly SoakPlan _plan;
    private readonly VirtualClock _clock = new(5_000_000_000);
    private readonly CablePort _computerPort;
    private readonly CablePort _devicePort;
    private readonly Enc28j60Chip _chip;
    private readonly Enc28j60Driver _driver;
    private readonly WatchedLink _link;
    private readonly LifeSign _life;
    private readonly NetworkStack _device;
    private readonly NetworkStack _computer;
    private readonly TcpListener _deviceListener;
    private readonly TcpListener _computerListener;
    private readonly SoakStream[] _streams = new SoakStream[Streams];
    private readonly byte[] _stormFrame = new byte[60];
    private readonly SoakFaults _faults;
    private readonly SeededRandom _dice;
    private long _deviceDue;
    private long _computerDue;
    private long _edges;

    internal SoakWorld(SoakPlan plan)
    {
        _plan = plan;
        _dice = new SeededRandom(~plan.Seed);
        VirtualCable cable = new(_clock);
        cable.Reserve(80);
        _computerPort = cable.AddPort("computer");
        _devicePort = cable.AddPort("device");
        _chip = new Enc28j60Chip(_clock, _devicePort, plan.Chip);
        _driver = new Enc28j60Driver(_chip, DeviceMac, plan.Driver);
        _driver.Join(MulticastDns);
        _faults = new SoakFaults(_chip, _driver, _computerPort, _devicePort, plan.Seed, _dice);
        _link = new WatchedLink(_driver, _chip, MulticastDns);
        _life = new LifeSign(_computerPort, ComputerMac, DeviceMac, MulticastDns, s_computerAddress, s_deviceAddress);
        _device = new NetworkStack(
            _link, new NetworkStackOptions { Address = s_deviceAddress, Random = new SeededRandom(plan.Seed + 1) });
        _computer = new NetworkStack(
            _life, new NetworkStackOptions { Address = s_computerAddress, Random = new SeededRandom(plan.Seed + 2) });
        for (int i = 0; i < Streams; i++)
        {
            _streams[i] = new SoakStream((uint)((plan.Seed * Streams) + (ulong)i));
        }

        _deviceListener = _device.Listen(5001, 1);
        _computerListener = _computer.Listen(5002, 1);
        Array.Fill(_stormFrame, (byte)0xFF, 0, 6);
        _stormFrame[6] = 0x02;
        _stormFrame[12] = 0x88;
        _stormFrame[13] = 0xB5;
    }

    /// <summary>Hours of the chip that have gone by.</summary>
    internal double Hours
    {
        get { return (_clock.Milliseconds - 5_000_000_000) / 3_600_000.0; }
    }

    /// <summary>How often something has gone wrong.</summary>
    internal long Disturbances
    {
        get { return _chip.Faults.Disturbances; }
    }

    /// <summary>What the driver counted.</summary>
    internal long Count(int counter)
    {
        return _driver.Counters.GetValue(counter);
    }

    /// <summary>Runs the plan.</summary>
    /// <returns>What went wrong; null when nothing did.</returns>
    internal string? Run()
    {
        string? trouble = Open();
        for (int i = 0; i < _plan.Episodes.Length && trouble == null; i++)
        {
            trouble = Run(_plan.Episodes[i]);
            if (trouble != null)
            {
                trouble = $"{trouble} (episode {i}, {Hours:F3} h after power-on)\n{DescribeDriver()}";
            }
        }

        trouble ??= Close();
        if (trouble == null && _chip.Violations.Total != 0)
        {
            trouble = "the chip complains: " + _chip.Violations;
        }

        if (trouble == null && _link.MostOperations > MostOperations)
        {
            trouble = $"one call took {_link.MostOperations} SPI operations";
        }

        return trouble;
    }

    /// <summary>What the driver says of itself, for the message of a run that failed.</summary>
    private string DescribeDriver()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"link {_driver.Status}, {_driver.ProblemText}\n");
        for (int i = 0; i < _driver.Counters.Count; i++)
        {
            if (_driver.Counters.GetValue(i) != 0)
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"  {_driver.Counters.GetName(i)} {_driver.Counters.GetValue(i)}\n");
            }
        }

        return text.ToString();
    }

    /// <summary>One connection each way of opening, and both directions of both.</summary>
    private string? Open()
    {
        long end = _clock.Milliseconds + 5000;
        while (_driver.Status != LinkStatus.Up)
        {
            if (_clock.Milliseconds >= end)
            {
                return "the link does not come up";
            }

            Step(end);
        }

        _streams[0].Sender = _computer.Connect(s_deviceAddress, 5001);
        _streams[1].Receiver = _streams[0].Sender;
        _streams[2].Sender = _device.Connect(s_computerAddress, 5002);
        _streams[3].Receiver = _streams[2].Sender;
        end = _clock.Milliseconds + 60_000;
        _deviceDue = 0;
        _computerDue = 0;
        while (_streams[1].Sender == null || _streams[3].Sender == null)
        {
            if (_clock.Milliseconds >= end)
            {
                return "the connections do not come about";
            }

            Step(end);
            _streams[0].Receiver ??= _deviceListener.Accept();
            _streams[1].Sender = _streams[0].Receiver;
            _streams[2].Receiver ??= _computerListener.Accept();
            _streams[3].Sender = _streams[2].Receiver;
        }

        return null;
    }

    private string? Run(SoakEpisode episode)
    {
        string? trouble = Suffer(episode);
        trouble ??= ProveLife("after the fault");
        trouble ??= Carry();
        if (trouble == null)
        {
            trouble = Wait(_clock.Milliseconds + episode.Quiet);
        }

        return trouble ?? ProveLife("after the quiet");
    }

    private void Ask(int octets)
    {
        for (int i = 0; i < Streams; i++)
        {
            _streams[i].Asked += octets;
        }

        _deviceDue = 0;
        _computerDue = 0;
    }

    /// <summary>The faults, and their end.</summary>
    private string? Suffer(SoakEpisode episode)
    {
        long end = _clock.Milliseconds + episode.Duration;
        _faults.Begin(episode.First, episode.Strength);
        _faults.Begin(episode.Second, episode.Strength);
        string? trouble = null;
        while (_clock.Milliseconds < end && trouble == null)
        {
            // Now and then the device has something to say, and something to hear.
            Ask(1 + _dice.Below(episode.Octets));
            long next = long.Min(end, _clock.Milliseconds + 1 + _dice.Below(1 + (episode.Duration / 3)));
            trouble = Wait(next);
            if (next < end)
            {
                _faults.Repeat(episode.First);
                _faults.Repeat(episode.Second);
            }
        }

        if (_faults.End())
        {
            _deviceDue = 0;
        }

        return trouble;
    }

    /// <summary>Asks until the device answers and hears its multicast group, which has to be soon.</summary>
    private string? ProveLife(string when)
    {
        long start = _clock.Milliseconds;
        long answers = _life.Answers;
        long frames = _link.GroupFrames;
        _life.Ask(start);
        _computerDue = 0;
        string? trouble = null;
        while ((_life.Answers == answers || _link.GroupFrames == frames) && trouble == null)
        {
            if (_clock.Milliseconds > start + LongestSilence)
            {
                return $"{(_life.Answers == answers ? "no answer" : "no multicast")} for {LongestSilence} ms {when}";
            }

            Step(start + LongestSilence + 1);
            trouble = Trouble();
        }

        _life.StopAsking();
        return trouble;
    }

    /// <summary>Until everything that was asked for has arrived.</summary>
    private string? Carry()
    {
        long end = _clock.Milliseconds + LongestTransfer;
        while (!(_streams[0].IsDone && _streams[1].IsDone && _streams[2].IsDone && _streams[3].IsDone))
        {
            if (_clock.Milliseconds >= end)
            {
                return $"octets are missing {LongestTransfer / 1000} s after the fault";
            }

            Step(end);
            string? trouble = Trouble();
            if (trouble != null)
            {
                return trouble;
            }
        }

        return null;
    }

    private string? Wait(long until)
    {
        while (_clock.Milliseconds < until)
        {
            Step(until);
            string? trouble = Trouble();
            if (trouble != null)
            {
                return trouble;
            }
        }

        return null;
    }

    private string? Trouble()
    {
        for (int i = 0; i < Streams; i++)
        {
            SoakStream each = _streams[i];
            if (each.Trouble != null)
            {
                return $"stream {i}: {each.Trouble}";
            }

            if (each.Sender!.EndReason != TcpEndReason.None)
            {
                return $"stream {i}: the connection ended: {each.Sender.EndReason}";
            }
        }

        return null;
    }

    /// <summary>Both ends close, and everything goes back where it came from.</summary>
    private string? Close()
    {
        for (int i = 0; i < Streams; i++)
        {
            _streams[i].Sender!.CloseSend();
        }

        _deviceDue = 0;
        _computerDue = 0;
        long end = _clock.Milliseconds + 60_000;
        for (int i = 0; i < Streams; i++)
        {
            while (!_streams[i].Receiver!.EndOfStream)
            {
                if (_clock.Milliseconds >= end)
                {
                    return $"stream {i} does not end";
                }

                Step(end);
            }
        }

        for (int i = 0; i < Streams; i++)
        {
            _streams[i].Sender!.Close();
        }

        end = _clock.Milliseconds + 130_000;
        while (_clock.Milliseconds < end)
        {
            Step(end);
        }

        return _device.FreeConnections == _device.ConnectionCapacity && _device.TimeWaitCount == 0
            ? null
            : "a connection of the device is not free again";
    }

    /// <summary>Whoever's time has come does one round; then time goes on to whatever comes next.</summary>
    private void Step(long untilMilliseconds)
    {
        long now = _clock.Nanoseconds;
        if (now >= _deviceDue)
        {
            RunDevice();
        }

        if (now >= _computerDue || _computerPort.NanosecondsToNextFrame == 0)
        {
            RunComputer();
        }

        if (_faults.Storms)
        {
            for (int i = _devicePort.Waiting; i < StormDepth; i++)
            {
                _computerPort.Send(_stormFrame, 0, _stormFrame.Length);
            }
        }

        _chip.Update();
        if (_plan.Driver.UseInterruptPin && _chip.InterruptEdges != _edges)
        {
            _deviceDue = 0;
        }

        now = _clock.Nanoseconds;
        long next = long.Min(untilMilliseconds * Millisecond, long.Min(_deviceDue, _computerDue)) - now;
        next = long.Min(next, _chip.NanosecondsToNextEvent);
        if (_computerPort.NanosecondsToNextFrame >= 0)
        {
            next = long.Min(next, _computerPort.NanosecondsToNextFrame);
        }

        if (next > 0)
        {
            _clock.Advance(next);
            _chip.Update();
        }
        else if (_deviceDue > now && _computerDue > now)
        {
            // Something that is due at this very moment, and that nobody here can hurry.
            _clock.Advance(100);
        }
    }

    private void RunDevice()
    {
        _edges = _chip.InterruptEdges;
        int wait = _device.Poll(_clock.Milliseconds);
        bool busy = _streams[0].Receive() | _streams[3].Receive();
        busy |= _streams[1].Send() | _streams[2].Send();
        _deviceDue = _clock.Nanoseconds + (busy || wait == 0 ? LoopTime : wait * Millisecond);
    }

    private void RunComputer()
    {
        int wait = _computer.Poll(_clock.Milliseconds);
        bool busy = _streams[0].Send() | _streams[3].Send();
        busy |= _streams[1].Receive() | _streams[2].Receive();
        _computerDue = _clock.Nanoseconds + (busy || wait == 0 ? LoopTime : wait * Millisecond);
    }
}
