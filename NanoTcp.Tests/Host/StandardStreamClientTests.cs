using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoTcp.Emulation;
using NanoTcp.Host.Forwarding;
using NanoTcp.Host.Hosting;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Host;

[TestClass]
public class StandardStreamClientTests
{
    [TestMethod]
    [DataRow("--chip", 200_000)]
    [DataRow("--no-chip", 3_000_000)]
    public void Input_is_sent_and_what_comes_back_is_put_out_byte_for_byte(string chip, int length)
    {
        byte[] data = new byte[length];
        new SeededRandom(3).Fill(data);
        using Server server = new(socket =>
        {
            byte[] buffer = new byte[65536];
            for (int n = socket.Receive(buffer); n != 0; n = socket.Receive(buffer))
            {
                socket.Send(buffer, n, SocketFlags.None);
            }
        });

        Outcome outcome = Run(chip, server.Port, new MemoryStream(data));

        Assert.AreEqual(ClientResult.Closed, outcome.Result, outcome.Messages);
        CollectionAssert.AreEqual(data, outcome.Output);
        Assert.AreEqual("peer: connected\n", outcome.Messages);
    }

    [TestMethod]
    public void A_peer_that_closes_in_order_ends_it_though_the_input_has_no_end()
    {
        using Server server = new(socket => socket.Send("today\n"u8));
        using EndlessSilence silence = new();

        Outcome outcome = Run("--no-chip", server.Port, silence);

        Assert.AreEqual(ClientResult.Closed, outcome.Result, outcome.Messages);
        Assert.AreEqual("today\n", Encoding.ASCII.GetString(outcome.Output));
    }

    [TestMethod]
    public void Input_is_still_sent_after_the_peer_has_said_all_it_had_to_say()
    {
        using MemoryStream received = new();
        using ManualResetEventSlim all = new();
        using Server server = new(socket =>
        {
            socket.Shutdown(SocketShutdown.Send);
            received.Write(DesktopSimulation.ReadToEnd(socket));
            all.Set();
        });
        byte[] data = new byte[1_000_000];
        new SeededRandom(4).Fill(data);

        Outcome outcome = Run("--no-chip", server.Port, new MemoryStream(data));

        Assert.AreEqual(ClientResult.Closed, outcome.Result, outcome.Messages);
        Assert.IsTrue(all.Wait(30_000));
        CollectionAssert.AreEqual(data, received.ToArray());
    }

    [TestMethod]
    public void Nobody_listening_is_said_to_be_refused()
    {
        // Taken, so that nobody else listens there meanwhile.
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        Outcome outcome = Run("--no-chip", ((IPEndPoint)taken.LocalEndPoint!).Port, Stream.Null);

        Assert.AreEqual(ClientResult.Failed, outcome.Result);
        Assert.AreEqual("peer: connection refused: nobody listens there\n", outcome.Messages);
        Assert.IsEmpty(outcome.Output);
    }

    [TestMethod]
    public void A_reset_is_said_to_be_one()
    {
        using Server server = new(socket =>
        {
            socket.Receive(new byte[1]);
            socket.LingerState = new LingerOption(true, 0);
        });
        using EndlessSilence silence = new("x"u8.ToArray());

        Outcome outcome = Run("--no-chip", server.Port, silence);

        Assert.AreEqual(ClientResult.Failed, outcome.Result);
        Assert.AreEqual("peer: connected\npeer: connection reset by the peer\n", outcome.Messages);
    }

    [TestMethod]
    public void A_host_that_nobody_knows_is_said_to_be_unreachable()
    {
        using StringWriter messages = new() { NewLine = "\n" };
        using MemoryStream output = new();
        StandardStreamClient? client = null;
        Outcome outcome = Run("--no-chip", network =>
        {
            client = new StandardStreamClient(
                network.Device, Ipv4Address.From(192, 168, 77, 99), 7, "peer", Stream.Null, output, messages, network.Wake);
            return client.Poll;
        }, () => client!.Result, messages, output);

        Assert.AreEqual(ClientResult.Failed, outcome.Result);
        StringAssert.StartsWith(outcome.Messages, "peer: unreachable: ");
    }

    [TestMethod]
    public void Waiting_for_an_answer_has_an_end()
    {
        using StringWriter messages = new() { NewLine = "\n" };
        using MemoryStream output = new();
        StandardStreamClient? client = null;
        long later = 0;
        Outcome outcome = Run("--no-chip", network =>
        {
            // Held for ever, as by an operating system that does not say whether somebody listens.
            client = new StandardStreamClient(
                network.Device, network.Options.PeerAddress, 7, "peer", Stream.Null, output, messages, network.Wake);
            client.IsHeld = true;
            return now =>
            {
                later += 1000;
                return client.Poll(now + later);
            };
        }, () => client!.Result, messages, output);

        Assert.AreEqual(ClientResult.Failed, outcome.Result);
        Assert.AreEqual("peer: timed out: no answer within 20 seconds\n", outcome.Messages);
    }

    private static Outcome Run(string chip, int port, Stream input)
    {
        using StringWriter messages = new() { NewLine = "\n" };
        using MemoryStream output = new();
        StandardStreamClient? client = null;
        return Run(chip, network =>
        {
            LoopbackDialer dialer = new(network.Desktop!, network.Forwarder!, port);
            network.AddSocketUser(dialer);
            client = new StandardStreamClient(
                network.Device, network.Options.PeerAddress, port, "peer", input, output, messages, network.Wake);
            return now =>
            {
                bool worked = dialer.Poll(now);
                client.IsHeld = !dialer.IsDecided;
                return worked | client.Poll(now);
            };
        }, () => client!.Result, messages, output);
    }

    private static Outcome Run(
        string chip, Func<HostNetwork, Func<long, bool>> compose, Func<ClientResult> result, StringWriter messages, MemoryStream output)
    {
        using ManualResetEventSlim ended = new();
        using (DesktopSimulation simulation = new(chip, network =>
        {
            Func<long, bool> poll = compose(network);
            network.Loop.AddService(poll);
            network.Loop.AddService(_ =>
            {
                if (result() != ClientResult.Running)
                {
                    ended.Set();
                }

                return false;
            });
        }))
        {
            simulation.Start();
            Assert.IsTrue(ended.Wait(60_000), "The client has not ended: " + messages);
        }

        return new Outcome(result(), output.ToArray(), messages.ToString());
    }

    private sealed record Outcome(ClientResult Result, byte[] Output, string Messages);

    /// <summary>A program of the desktop that serves one connection and closes it.</summary>
    private sealed class Server : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        internal Server(Action<Socket> serve)
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen();
            Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
            _ = Task.Run(() =>
            {
                using Socket socket = _listener.Accept();
                socket.ReceiveTimeout = 30_000;
                serve(socket);
            });
        }

        internal int Port { get; }

        public void Dispose()
        {
            _listener.Dispose();
        }
    }

    /// <summary>An input that says something and then nothing more, without ending, until it is disposed.</summary>
    private sealed class EndlessSilence(byte[]? first = null) : MemoryStream
    {
        private readonly ManualResetEventSlim _end = new();
        private bool _said = first == null;

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (!_said)
            {
                _said = true;
                first!.CopyTo(buffer, offset);
                return first.Length;
            }

            _end.Wait();
            return 0;
        }

        protected override void Dispose(bool disposing)
        {
            _end.Set();
            base.Dispose(disposing);
        }
    }
}
