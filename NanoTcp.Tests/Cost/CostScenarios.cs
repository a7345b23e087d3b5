using System.Collections.Generic;
using System.Text;
using NanoTcp.Emulation;
using NanoTcp.Samples.Http;
using NanoTcp.Tcp;
using NanoTcp.Tests.Drivers;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Cost;

/// <summary>The paths that matter, each run once when all of it has been warmed up, and what it executed.</summary>
internal sealed class CostScenarios
{
    internal const string Empty = "a call of `Poll` with nothing to do";
    internal const string PureAck = "a pure ACK received, for 1,000 octets under way";
    internal const string FurtherAck = "a further one in the same call of `Poll`";
    internal const string UnpredictedAck = "a pure ACK with another window, which is not predicted";
    internal const string SegmentIn = "a segment of 1,460 octets received";
    internal const string SegmentInAcknowledged = "another one, with the ACK that it causes";
    internal const string Read = "those 2,920 octets read by the application";
    internal const string SegmentOut = "1,460 octets written and sent";
    internal const string Connection = "a connection opened by a client, closed by both";
    internal const string ConnectionClosedLater = "the same, when the application closes a turn later than it could";
    internal const string Request = "an HTTP request answered with 100 octets, its connection included";
    internal const string Ping = "an echo request of 56 octets answered";
    internal const string Renewal = "the same, and the neighbour's ARP entry, a minute old, renewed";
    internal const string FrameIn = "the driver: a frame of 60 octets received, and the ring seen empty";
    internal const string FrameInLong = "the driver: the same with 1,514 octets";
    internal const string FrameOut = "the driver: a frame of 60 octets sent, and seen to be out";
    internal const string Look = "the driver: one look at the chip, of two a second";

    private const int Port = 80;
    private const int Segment = 1460;

    private readonly CostMeter _meter;
    private readonly FrameLink _link = new();
    private readonly NetworkStack _stack;
    private readonly byte[] _buffer = new byte[4000];
    private readonly byte[] _text = new byte[Segment];
    private long _now = 5_000_000_000;

    private CostScenarios(CostMeter meter)
    {
        _meter = meter;

        // Sums of zeros have no carries.
        SeededRandom random = new(1);
        random.Fill(_buffer);
        random.Fill(_text);
        _stack = new NetworkStack(
            _link, new NetworkStackOptions { Address = StackBench.OwnAddress, ReceiveBuffer = 4096, Random = new ConstantRandom() });
        Settle();
        Confirm();
    }

    /// <summary>Called in the world in which instructions are counted.</summary>
    internal static Dictionary<string, long[]> Run(long[] counts)
    {
        CostMeter meter = new(counts);
        new CostScenarios(meter).Measure();
        new CostScenarios(meter).MeasureHttp();
        MeasureDriver(meter);
        return meter.Costs;
    }

    private void Measure()
    {
        TcpListener listener = _stack.Listen(Port, 1);
        _meter.Clear();
        Poll();
        _meter.Note(Empty);
        CostPeer peer = new(_link, Port);
        TcpConnection connection = Open(peer, listener);

        // In the first two segments there is slow start; what follows is what every other one costs.
        for (int i = 0; i < 4; i++)
        {
            connection.Write(_buffer, 0, 1000);
            Settle();
            peer.Take();
            peer.SendAcknowledgment();
            _meter.Clear();
            Poll();
            _meter.Note(PureAck);
            Settle();
        }

        connection.NoDelay = true;
        for (int i = 0; i < 4; i++)
        {
            connection.Write(_buffer, 0, 1000);
            Settle();
            peer.Take();
            connection.Write(_buffer, 0, 1000);
            Settle();
            peer.SendAcknowledgment();
            peer.Take();
            peer.SendAcknowledgment();
            _meter.Clear();
            Poll();
            _meter.NoteBeyond(FurtherAck, PureAck);
            Assert.AreEqual(0, connection.Unacknowledged);
            Settle();
        }

        connection.NoDelay = false;

        for (int i = 0; i < 4; i++)
        {
            connection.Write(_buffer, 0, 1000);
            Settle();
            peer.Take();
            peer.SendAcknowledgmentOfAnotherWindow();
            _meter.Clear();
            Poll();
            _meter.Note(UnpredictedAck);
            Settle();
        }

        for (int i = 0; i < 4; i++)
        {
            _meter.Clear();
            _meter.Start();
            connection.Write(_buffer, 0, Segment);
            _meter.Stop();
            Poll();
            _meter.Note(SegmentOut);
            Settle();
            peer.Take();
            peer.SendAcknowledgment();
            Settle();
        }

        for (int i = 0; i < 4; i++)
        {
            peer.SendText(_text);
            _meter.Clear();
            Poll();
            _meter.Note(SegmentIn);
            peer.SendText(_text);
            _meter.Clear();
            Poll();
            _meter.Note(SegmentInAcknowledged);
            _meter.Clear();
            _meter.Start();
            Assert.AreEqual(2 * Segment, connection.Read(_buffer, 0, _buffer.Length));
            _meter.Stop();
            _meter.Note(Read);
            Settle();
            peer.Take();
        }

        DeliverPing();
        _meter.Clear();
        Poll();
        _meter.Note(Ping);
        Settle();
        peer.Take();
        Finish(peer, connection);

        // Nothing is left in TIME-WAIT.
        _now += 100_000;
        Settle();
        DeliverPing();
        _meter.Clear();
        Settle();
        DeliverArp(Frames.ArpReply);
        Settle();
        _meter.Note(Renewal);
        peer.Take();
        CostPeer second = new(_link, Port);
        _meter.Clear();
        Finish(second, Open(second, listener));
        _meter.Note(Connection);
        CostPeer third = new(_link, Port);
        _meter.Clear();
        Finish(third, Open(third, listener), 1);
        _meter.Note(ConnectionClosedLater);
    }

    private void MeasureHttp()
    {
        HttpServer server = new(_stack, Port, 4);
        byte[] request = Encoding.ASCII.GetBytes("GET /bytes/100 HTTP/1.1\r\nHost: device\r\nConnection: close\r\n\r\n");
        for (int i = 0; i < 3; i++)
        {
            _now += 100_000;
            Serve(server);
            Confirm();
            _meter.Clear();
            CostPeer peer = new(_link, Port);
            peer.SendSyn();
            Serve(server);
            peer.Take();
            peer.SendText(request);
            for (int rounds = 0; !peer.IsClosed; rounds++)
            {
                Assert.IsLessThan(20, rounds, "the server does not close");
                Serve(server);
                if (peer.Take())
                {
                    peer.SendAcknowledgment();
                }
            }

            peer.SendFin();
            Serve(server);
            peer.Take();
            _meter.Note(Request);
        }
    }

    private static void MeasureDriver(CostMeter meter)
    {
        DriverBench bench = new();
        bench.Start();
        bench.Receive(1);
        byte[] buffer = new byte[DriverBench.Offset + 1514];
        long now = bench.Clock.Milliseconds;
        foreach (int length in new[] { 60, 1514 })
        {
            for (int i = 0; i < 8; i++)
            {
                bench.Port.Enqueue(DriverBench.Frame(length, i));
                bench.Pass(1300);
                meter.Clear();
                meter.Start();
                Assert.AreEqual(length, bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity));
                Assert.AreEqual(0, bench.Driver.Receive(bench.Buffer, DriverBench.Offset, DriverBench.Capacity));
                meter.Stop();
                meter.Note(length == 60 ? FrameIn : FrameInLong);
            }
        }

        for (int i = 0; i < 4; i++)
        {
            DriverBench.Fill(buffer, DriverBench.Offset + 60, i, DriverBench.Mac);
            meter.Clear();
            meter.Start();
            Assert.IsTrue(bench.Driver.Send(buffer, DriverBench.Offset, 60));
            meter.Stop();
            bench.Pass(200);
            meter.Start();
            bench.Driver.Poll(now);
            Assert.IsTrue(bench.Driver.CanSend);
            meter.Stop();
            meter.Note(FrameOut);
            bench.Port.TakeArrived();
        }

        now += 600;
        meter.Clear();
        meter.Start();
        bench.Driver.Poll(now);
        meter.Stop();
        meter.Note(Look);
    }

    /// <summary>The neighbour asks for the stack, which knows it from then on, and a minute long does not ask for it.</summary>
    private void Confirm()
    {
        DeliverArp(Frames.ArpRequest);
        Settle();
    }

    private void DeliverArp(int operation)
    {
        _link.Deliver(Frames.Ethernet(
            StackBench.OwnMac,
            StackBench.PeerMac,
            Frames.TypeArp,
            Frames.Arp(operation, StackBench.PeerMac, StackBench.PeerAddress, 0, StackBench.OwnAddress)));
    }

    private void DeliverPing()
    {
        _link.Deliver(Frames.Ethernet(
            StackBench.OwnMac,
            StackBench.PeerMac,
            Frames.TypeIpv4,
            Frames.Ipv4(
                StackBench.PeerAddress, StackBench.OwnAddress, Frames.Icmp, Frames.IcmpMessage(8, 0, 1, new byte[56]))));
    }

    private TcpConnection Open(CostPeer peer, TcpListener listener)
    {
        peer.SendSyn();
        Settle();
        peer.Take();
        peer.SendAcknowledgment();
        Settle();
        _meter.Start();
        TcpConnection connection = listener.Accept();
        _meter.Stop();
        Assert.IsNotNull(connection);
        return connection;
    }

    /// <summary>The client closes, and the application does after the same call of Poll, or after so many later ones.</summary>
    private void Finish(CostPeer peer, TcpConnection connection, int later = 0)
    {
        peer.SendFin();
        Poll();
        for (int i = 0; i < later; i++)
        {
            Poll();
        }

        _meter.Start();
        bool over = connection.EndOfStream;
        if (over)
        {
            connection.Close();
        }

        _meter.Stop();
        Assert.IsTrue(over, "the client has closed");
        Settle();
        Assert.IsTrue(peer.Take());
        peer.SendAcknowledgment();
        Settle();
        Assert.AreEqual(_stack.ConnectionCapacity, _stack.FreeConnections);
    }

    private void Serve(HttpServer server)
    {
        bool busy;
        do
        {
            _meter.Start();
            int wait = _stack.Poll(_now);
            busy = server.Poll(_now) || wait == 0;
            _meter.Stop();
        }
        while (busy);
    }

    /// <summary>One call.</summary>
    private void Poll()
    {
        _meter.Start();
        _stack.Poll(_now);
        _meter.Stop();
    }

    /// <summary>As many calls as the stack asks for.</summary>
    private void Settle()
    {
        int wait;
        do
        {
            _meter.Start();
            wait = _stack.Poll(_now);
            _meter.Stop();
        }
        while (wait == 0);
    }
}
