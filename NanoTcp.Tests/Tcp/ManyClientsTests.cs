using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>Clients side by side and one after another, with the same ports again and again.</summary>
[TestClass]
public sealed class ManyClientsTests : TraceTest
{
    [TestMethod]
    public void Two_clients_send_and_receive_alternately_and_each_gets_its_own_octets()
    {
        Listen(backlog: 2);
        TracePeer[] clients = [Client(1), Client(2)];
        int[] length = [100, 73];
        int[] next = [1, 1];
        TcpConnection[] connections = new TcpConnection[2];
        for (int i = 0; i < 2; i++)
        {
            T.As(clients[i]);
            Handshake();
            connections[i] = Connection;
        }

        byte[] buffer = new byte[200];
        for (int round = 0; round < 60; round++)
        {
            int i = round % 2;
            int start = next[i];
            At(round * 10);
            T.As(clients[i]);
            Send($"ACK seq {start} ack {start} len {length[i]}");
            T.Check(length[i], connections[i].Read(buffer, 0, 200), "octets read");
            for (int k = 0; k < length[i]; k++)
            {
                T.Check(TracePeer.PeerOctet(start + k), buffer[k], $"octet {k} of client {i}");
                buffer[k] = TracePeer.StackOctet(start + k);
            }

            int taken = 0;
            T.Do("WRITE", () => taken = connections[i].Write(buffer, 0, length[i]));
            T.Check(length[i], taken, "octets written");
            Expect($"ACK seq {start} ack {start + length[i]} len {length[i]}");
            next[i] += length[i];
        }
    }

    [TestMethod]
    [Requirement("RFC 9293", "MAY-2")]
    [DataRow(1, 1000u, DisplayName = "the record of TIME-WAIT was evicted, the client's numbers go on")]
    [DataRow(1, 0xFFFF0000u, DisplayName = "the record of TIME-WAIT was evicted, the client's numbers go back")]
    [DataRow(4, 1000u, DisplayName = "the record of TIME-WAIT is reopened")]
    public void Two_clients_take_turns_with_the_same_ports_and_the_ISS_never_goes_back(int timeWaits, uint step)
    {
        Listen(options =>
        {
            options.Connections = 1;
            options.TimeWaits = timeWaits;
        });
        TracePeer[] clients = [Client(1), Client(2)];
        uint[] end = new uint[2];
        for (int round = 0; round < 20; round++)
        {
            int i = round % 2;
            At(round * 100);
            TracePeer client = clients[i];
            uint before = client.Iss;
            client.Iss += step;
            client.KnowsStackIss = false;
            T.As(client);
            Handshake();
            if (round >= 2)
            {
                T.Check(true, (int)(client.StackIss - end[i]) > 0, "the new ISS is beyond everything sent before");

                // What is left of the connection before belongs to nobody.
                Send($"RST seq ={before + 1}");
                Send($"FIN,ACK seq ={before + 1} ack ={end[i]}");
                T.Bench.Sent.Clear();
                Is(TcpState.Established);
                T.Check(0, Connection.Readable, "readable");
            }

            Send("ACK seq 1 ack 1 len 10");
            Read(10);
            Write(500);
            Expect("ACK seq 1 ack 11 len 500");
            Close();
            Expect("FIN,ACK seq 501 ack 11");
            Send("FIN,ACK seq 11 ack 502");
            Expect("ACK seq 502 ack 12");
            T.Check(1, T.Stack.FreeConnections, "free connections");
            end[i] = client.StackIss + 502;
        }

        Counted(StackCounter.TcpTimeWaitDrops, timeWaits == 1 ? 19 : 0);
    }

    [TestMethod]
    public void RFC_6056_an_active_open_takes_another_port_while_its_last_one_is_in_TIME_WAIT()
    {
        Connecting();
        int first = Connect().LocalPort;
        Expect("SYN seq 0 mss 1460");
        Send("SYN,ACK seq 0 ack 1 win 4000 mss 1000");
        Expect("ACK seq 1 ack 1");
        uint iss = T.Peer.StackIss;
        Close();
        Expect("FIN,ACK seq 1 ack 1");
        Send("FIN,ACK seq 1 ack 2");
        Expect("ACK seq 2 ack 2");
        T.Check(1, T.Stack.TimeWaitCount, "closing connections");

        T.Peer.KnowsStackIss = false;
        int second = Connect().LocalPort;
        T.Check(true, second != first, "another port");
        Expect("SYN seq 0 mss 1460");
        Abort();
        At(60_000);
        T.Peer.KnowsStackIss = false;
        T.Check(first, Connect().LocalPort, "the port of the dice, free again");
        Expect("SYN seq 0 mss 1460");
        T.Check(true, (int)(T.Peer.StackIss - iss) > 0, "the ISS has grown");
        Abort();
    }

    [TestMethod]
    public void A_segment_with_another_port_or_from_another_address_does_not_touch_the_connection()
    {
        OpenPassive();
        TracePeer client = T.Peer;
        TracePeer other = new(client.Address, client.Port + 1, client.StackPort, client.Iss) { StackIss = client.StackIss };
        T.As(other);
        Send("ACK seq 1 ack 1 len 10");
        Expect("RST seq 1 win 0");
        Send("RST seq 1");
        T.As(new TracePeer(client.Address + 4, client.Port, client.StackPort, client.Iss) { StackIss = client.StackIss });
        Send("FIN,ACK seq 1 ack 1 len 10");
        Expect("RST seq 1 win 0");
        Send("RST seq 1");
        T.As(new TracePeer(client.Address, client.Port, client.StackPort + 1, client.Iss) { StackIss = client.StackIss });
        Send("ACK seq 1 ack 1 len 10");
        Expect("RST seq 1 win 0");
        Send("RST seq 1");
        ExpectNothing();
        Is(TcpState.Established);
        T.Check(0, Connection.Readable, "readable");
        T.As(client);
        Send("ACK seq 1 ack 1 len 10");
        Read(10);
        At(40);
        Expect("ACK seq 1 ack 11");
    }
}
