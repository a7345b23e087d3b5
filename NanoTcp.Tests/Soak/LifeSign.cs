using NanoTcp.Host.Cable;
using NanoTcp.Tests.Link;

namespace NanoTcp.Tests.Soak;

/// <summary>
/// The computer's end of the cable, which also asks whether the device is alive: with echo requests (RFC 792) that its own
/// stack knows nothing of, and with frames to a multicast group.
/// </summary>
internal sealed class LifeSign : PassingLink
{
    private const int Interval = 100;
    private const int IcmpAt = 34;
    private const byte Mark = 0x4C;
    private readonly CablePort _port;
    private readonly byte[] _echo = new byte[60];
    private readonly byte[] _multicast = new byte[60];
    private long _nextQuestion;
    private bool _asking;

    internal LifeSign(CablePort port, long own, long device, long group, uint ownAddress, uint deviceAddress)
        : base(new CableLink(port, own))
    {
        _port = port;
        PutAddresses(_multicast, group, own);
        _multicast[12] = 0x88;
        _multicast[13] = 0xB5;
        PutAddresses(_echo, device, own);
        _echo[12] = 0x08;
        _echo[14] = 0x45;
        _echo[17] = 46;
        _echo[22] = 64;
        _echo[23] = 1;
        PutAddress(_echo, 26, ownAddress);
        PutAddress(_echo, 30, deviceAddress);
        PutChecksum(_echo, 14, 20, 24);
        _echo[IcmpAt] = 8;
        _echo[IcmpAt + 4] = Mark;
        PutChecksum(_echo, IcmpAt, 26, IcmpAt + 2);
    }

    /// <summary>Answers that have come in all.</summary>
    internal long Answers { get; private set; }

    /// <summary>Asks at once, and ten times a second from then on.</summary>
    internal void Ask(long now)
    {
        _asking = true;
        _nextQuestion = now;
    }

    internal void StopAsking()
    {
        _asking = false;
    }

    public override int Poll(long now)
    {
        int wait = base.Poll(now);
        if (!_asking)
        {
            return wait;
        }

        if (now >= _nextQuestion)
        {
            _port.Send(_multicast, 0, _multicast.Length);
            _port.Send(_echo, 0, _echo.Length);
            _nextQuestion = now + Interval;
        }

        return (int)(_nextQuestion - now);
    }

    public override int Receive(byte[] buffer, int offset, int capacity)
    {
        int length = base.Receive(buffer, offset, capacity);
        if (length >= IcmpAt + 6 && buffer[offset + 12] == 0x08 && buffer[offset + 23] == 1 && buffer[offset + IcmpAt] == 0
            && buffer[offset + IcmpAt + 4] == Mark)
        {
            Answers++;
        }

        return length;
    }

    private static void PutAddresses(byte[] frame, long destination, long source)
    {
        for (int i = 0; i < 6; i++)
        {
            frame[i] = (byte)(destination >> (40 - (8 * i)));
            frame[6 + i] = (byte)(source >> (40 - (8 * i)));
        }
    }

    private static void PutAddress(byte[] frame, int at, uint address)
    {
        for (int i = 0; i < 4; i++)
        {
            frame[at + i] = (byte)(address >> (24 - (8 * i)));
        }
    }

    private static void PutChecksum(byte[] frame, int start, int length, int at)
    {
        int sum = 0;
        for (int i = start; i < start + length; i += 2)
        {
            sum += (frame[i] << 8) | frame[i + 1];
        }

        sum = ~((sum & 0xFFFF) + (sum >> 16));
        frame[at] = (byte)(sum >> 8);
        frame[at + 1] = (byte)sum;
    }
}
