using System;
using NanoTcp.Emulation;
using NanoTcp.Primitives;

namespace NanoTcp.Host.Cable;

/// <summary>One end of a <see cref="VirtualCable"/>.</summary>
public sealed class CablePort : IEthernetPort
{
    /// <summary>Counter: frames that this port sent.</summary>
    public const int FramesSent = 0;

    /// <summary>Counter: frames that this port received.</summary>
    public const int FramesReceived = 1;

    /// <summary>Counter: frames sent that were lost on purpose.</summary>
    public const int FramesLost = 2;

    /// <summary>Counter: frames sent that arrived twice on purpose.</summary>
    public const int FramesDuplicated = 3;

    /// <summary>Counter: frames sent that were held back on purpose.</summary>
    public const int FramesReordered = 4;

    /// <summary>Counter: frames sent that had bits flipped on purpose.</summary>
    public const int FramesCorrupted = 5;

    /// <summary>Counter: frames to this port that found its queue full.</summary>
    public const int QueueDrops = 6;

    /// <summary>Counter: frames to or from this port while it, or the other end, was unplugged.</summary>
    public const int UnpluggedDrops = 7;

    /// <summary>Counter: frames sent that were shorter than an Ethernet header or longer than the cable carries.</summary>
    public const int LengthDrops = 8;

    /// <summary>Counter: frames that did not fit where the receiver wanted them.</summary>
    public const int TooLongDrops = 9;

    /// <summary>Counter: packets sent that were marked on purpose as by a congested router.</summary>
    public const int FramesMarked = 10;

    private const int HeaderLength = 14;
    private const int TypeIpv4 = 0x0800;
    private const int TypeArp = 0x0806;

    private readonly VirtualCable _cable;
    private readonly int _index;
    private readonly int _capacity;
    private readonly CableFrameQueue _queue = new();
    private long[] _lastDue = [];
    private readonly SeededRandom _dice = new(0);
    private ulong _loss;
    private ulong _duplication;
    private ulong _reordering;
    private ulong _corruption;
    private ulong _marking;
    private long _minDelay;
    private long _delayRange;
    private long _reorderingDelay;

    internal CablePort(VirtualCable cable, string name, int index, int capacity)
    {
        _cable = cable;
        _index = index;
        _capacity = capacity;
        Name = name;
        IsPlugged = true;
        Impairments = Impairments.None;
    }

    /// <summary>What the port is called.</summary>
    public string Name { get; }

    /// <summary>What was counted at this port.</summary>
    public CounterSet Counters { get; } = new(
        "frames_sent frames_received frames_lost frames_duplicated frames_reordered "
        + "frames_corrupted queue_drops unplugged_drops length_drops too_long_drops frames_marked");

    /// <summary>What happens to the frames that this port sends. Setting it rolls the dice back to the seed.</summary>
    public Impairments Impairments
    {
        get
        {
            return field;
        }

        set
        {
            ArgumentNullException.ThrowIfNull(value);
            value.Validate();
            field = value;
            _dice.Restart(value.Seed + (ulong)_index);
            _loss = Threshold(value.Loss);
            _duplication = Threshold(value.Duplication);
            _reordering = Threshold(value.Reordering);
            _corruption = Threshold(value.Corruption);
            _marking = Threshold(value.Marking);
            _minDelay = value.MinDelay.Ticks * 100;
            _delayRange = Math.Max(0, value.MaxDelay.Ticks - value.MinDelay.Ticks) * 100;
            _reorderingDelay = value.ReorderingDelay.Ticks * 100;
        }
    }

    /// <summary>Whether the plug is in.</summary>
    public bool IsPlugged { get; private set; }

    /// <inheritdoc/>
    public bool LinkUp
    {
        get { return IsPlugged && _cable.HasPeer(this); }
    }

    /// <summary>Frames under way to this port, arrived or not.</summary>
    public int Waiting
    {
        get { return _queue.Count; }
    }

    /// <summary>Nanoseconds until a frame arrives that is already under way: 0 when one is there, -1 when none is.</summary>
    public long NanosecondsToNextFrame
    {
        get
        {
            CableFrame? first = _queue.First;
            return first == null ? -1 : Math.Max(0, first.Due - _cable.Clock.Nanoseconds);
        }
    }

    /// <summary>Puts the plug in.</summary>
    public void Plug()
    {
        IsPlugged = true;
    }

    /// <summary>Pulls the plug. What is under way to this port is gone.</summary>
    public void Unplug()
    {
        IsPlugged = false;
        for (CableFrame? frame = _queue.TakeFirst(); frame != null; frame = _queue.TakeFirst())
        {
            Counters.Increment(UnpluggedDrops);
            _cable.Return(frame);
        }
    }

    /// <inheritdoc/>
    public int Receive(byte[] buffer, int offset, int capacity)
    {
        while (true)
        {
            CableFrame? first = _queue.First;
            if (first == null || first.Due > _cable.Clock.Nanoseconds)
            {
                return 0;
            }

            _queue.TakeFirst();
            int length = first.Length;
            bool fits = length <= capacity;
            if (fits)
            {
                Array.Copy(first.Data, 0, buffer, offset, length);
            }

            _cable.Return(first);
            Counters.Increment(fits ? FramesReceived : TooLongDrops);
            if (fits)
            {
                return length;
            }
        }
    }

    /// <inheritdoc/>
    public void Send(byte[] buffer, int offset, int length)
    {
        if (length < HeaderLength || length > CableFrame.MaxLength)
        {
            Counters.Increment(LengthDrops);
            return;
        }

        if (!IsPlugged)
        {
            Counters.Increment(UnpluggedDrops);
            return;
        }

        Counters.Increment(FramesSent);
        _cable.Transmit(this, buffer, offset, length);
    }

    internal void MakeRoomForReceivers(int count)
    {
        Array.Resize(ref _lastDue, count);
    }

    /// <summary>Takes a frame to one receiver, with whatever happens to it on the way.</summary>
    internal void Carry(CablePort receiver, long now, byte[] buffer, int offset, int length)
    {
        if (!receiver.IsPlugged)
        {
            receiver.Counters.Increment(UnpluggedDrops);
            return;
        }

        if (Chosen(_loss))
        {
            Counters.Increment(FramesLost);
            return;
        }

        Deliver(receiver, now, buffer, offset, length);
        if (Chosen(_duplication))
        {
            Counters.Increment(FramesDuplicated);
            Deliver(receiver, now, buffer, offset, length);
        }
    }

    private static ulong Threshold(double probability)
    {
        return (ulong)(probability * 4294967296.0);
    }

    private void Deliver(CablePort receiver, long now, byte[] buffer, int offset, int length)
    {
        long due = now + _minDelay;
        if (_delayRange != 0)
        {
            due += (long)(_dice.NextUInt64() % (ulong)(_delayRange + 1));
        }

        if (Chosen(_reordering))
        {
            Counters.Increment(FramesReordered);
            due += _reorderingDelay;
        }
        else
        {
            due = Math.Max(due, _lastDue[receiver._index]);
            _lastDue[receiver._index] = due;
        }

        bool corrupt = Chosen(_corruption);
        if (corrupt)
        {
            Counters.Increment(FramesCorrupted);
            if (length == HeaderLength || ((buffer[offset + 12] << 8) | buffer[offset + 13]) == TypeArp)
            {
                return;
            }
        }

        if (receiver._queue.Count >= receiver._capacity)
        {
            receiver.Counters.Increment(QueueDrops);
            return;
        }

        CableFrame frame = _cable.Rent();
        Array.Copy(buffer, offset, frame.Data, 0, length);
        frame.Length = length;
        frame.Due = due;
        if (Chosen(_marking) && Mark(frame.Data, length))
        {
            Counters.Increment(FramesMarked);
        }

        if (corrupt)
        {
            for (int i = 0; i < Impairments.CorruptedBits; i++)
            {
                int bit = _dice.Below((length - HeaderLength) * 8);
                frame.Data[HeaderLength + (bit >> 3)] ^= (byte)(1 << (bit & 7));
            }
        }

        receiver._queue.Add(frame);
    }

    /// <summary>Turns ECT into CE (RFC 3168 5); false when the frame does not say ECT.</summary>
    private static bool Mark(byte[] frame, int length)
    {
        const int CongestionExperienced = 3;
        const int ServiceOffset = HeaderLength + 1;
        const int ChecksumOffset = HeaderLength + 10;
        if (length < HeaderLength + 20 || ((frame[12] << 8) | frame[13]) != TypeIpv4)
        {
            return false;
        }

        int ecn = frame[ServiceOffset] & CongestionExperienced;
        if (ecn is 0 or CongestionExperienced)
        {
            return false;
        }

        frame[ServiceOffset] |= CongestionExperienced;

        // RFC 1624 3: the sum grows by what the octet has grown by.
        int sum = (~((frame[ChecksumOffset] << 8) | frame[ChecksumOffset + 1]) & 0xFFFF) + (CongestionExperienced - ecn);
        sum = ~((sum & 0xFFFF) + (sum >> 16));
        frame[ChecksumOffset] = (byte)(sum >> 8);
        frame[ChecksumOffset + 1] = (byte)sum;
        return true;
    }

    private bool Chosen(ulong threshold)
    {
        return threshold != 0 && _dice.NextUInt32() < threshold;
    }
}
