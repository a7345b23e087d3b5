using System;
using System.Reflection;
using System.Runtime.CompilerServices;
using NanoTcp.Link;
using NanoTcp.Tcp;
using NanoTcp.Udp;

namespace NanoTcp.Tests.Link;

/// <summary>
/// The stack looks at connections, records and neighbours only when one time has come or a mark is set. Here they are all
/// looked at: no timer runs out before that time, and nobody has something to send without the mark.
/// </summary>
internal static class Wakefulness
{
    private static readonly FieldInfo s_duties = typeof(NetworkStack).GetField("_duties", BindingFlags.Instance | BindingFlags.NonPublic)!;
    private static readonly FieldInfo s_tcp = typeof(NetworkStack).GetField("_tcp", BindingFlags.Instance | BindingFlags.NonPublic)!;

    private static readonly FieldInfo s_endpoints = typeof(UdpLayer).GetField("_first", BindingFlags.Instance | BindingFlags.NonPublic)!;

    /// <summary>What the runtime allocates for the first call of an accessor does not count as the stack's.</summary>
    static Wakefulness()
    {
        TcpConnection connection = (TcpConnection)RuntimeHelpers.GetUninitializedObject(typeof(TcpConnection));
        _ = TimerAt(connection);
        _ = AcknowledgeAt(connection);
        _ = WatchAt(connection);
    }

    internal static void Check(NetworkStack stack)
    {
        TcpLayer tcp = (TcpLayer)s_tcp.GetValue(stack)!;
        for (int i = 0; i < stack.ConnectionCapacity; i++)
        {
            TcpConnection? connection = stack.GetConnection(i);
            if (connection != null)
            {
                NotBefore(tcp.Deadline, connection.Deadline, "the timers of connection", i);
                NotBefore(connection.Deadline, TimerAt(connection), "the timer of connection", i);
                NotBefore(connection.Deadline, AcknowledgeAt(connection), "the delayed acknowledgment of connection", i);
                NotBefore(connection.Deadline, WatchAt(connection), "the slow timer of connection", i);
                Marked((tcp.Due & TcpLayer.ConnectionsDue) != 0, (connection.Marks & TcpConnection.OutputDue) != 0, "connection", i);
                const int Sending = TcpConnection.AcknowledgeDue | TcpConnection.OutputDue;
                Marked((tcp.Due & TcpLayer.HeldDue) != 0, (connection.Marks & Sending) == TcpConnection.AcknowledgeDue, "the acknowledgment of connection", i);
            }
        }

        CheckAgenda(stack, tcp);
        CheckEndpoints(stack.Udp);
        CheckRecords(tcp);
        CheckDuties(stack);
        CheckNeighbours(stack.Neighbours);
        if (stack.Arp.Detector != null)
        {
            NotBefore(stack.Neighbours.LookAt, stack.Arp.Detector.NextAt, "the next probe for address", 0);
        }
    }

    /// <summary>As the stack knows it.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_linkStatus")]
    private static extern ref LinkStatus StatusOf(NetworkStack stack);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_timerAt")]
    private static extern ref long TimerAt(TcpConnection connection);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_acknowledgeAt")]
    private static extern ref long AcknowledgeAt(TcpConnection connection);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_watchAt")]
    private static extern ref long WatchAt(TcpConnection connection);

    /// <summary>The layers are not asked before one time has come.</summary>
    private static void CheckAgenda(NetworkStack stack, TcpLayer tcp)
    {
        long look = stack.Ip.DueAt;
        if (look <= stack.Now)
        {
            // All of them are asked by the next call.
            return;
        }

        NotBefore(look, Math.Min(tcp.Deadline, tcp.NextPlace()), "the next timer of TCP", 0);
        NotBefore(look, stack.Udp.Deadline, "the next timer of UDP", 0);
        if (StatusOf(stack) == LinkStatus.Up)
        {
            NotBefore(look, stack.Neighbours.LookAt, "the next look at neighbours", 0);
        }

        Marked(false, tcp.Due != 0, "TCP", 0);
        Marked(false, stack.Udp.OutputDue, "UDP", 0);
    }

    private static void CheckEndpoints(UdpLayer udp)
    {
        int index = 0;
        for (UdpEndpoint? endpoint = (UdpEndpoint?)s_endpoints.GetValue(udp); endpoint != null; endpoint = endpoint.Next)
        {
            NotBefore(udp.Deadline, endpoint.Deadline, "the timer of UDP endpoint", index);
            Marked(udp.OutputDue, endpoint.OutputDue, "UDP endpoint", index);
            index++;
        }
    }

    private static void CheckRecords(TcpLayer tcp)
    {
        HalfOpenTable handshakes = tcp.HalfOpen;
        for (int i = 0; i < handshakes.State.Length; i++)
        {
            byte state = handshakes.State[i];
            Marked((tcp.Due & TcpLayer.HandshakesDue) != 0, state is HalfOpenTable.AnswerDue or HalfOpenTable.ResetDue, "handshake", i);
            Marked((tcp.Due & TcpLayer.PlaceWanted) != 0, state == HalfOpenTable.Finished, "finished handshake", i);
            if (state is HalfOpenTable.Answered or HalfOpenTable.Finished)
            {
                NotBefore(tcp.Deadline, handshakes.DueAt[i], "the timer of handshake", i);
            }
        }

        TimeWaitTable farewells = tcp.TimeWaits;
        for (int i = 0; i < farewells.State.Length; i++)
        {
            if (farewells.State[i] != (byte)TcpState.Closed)
            {
                bool due = farewells.DueAt[i] == TimeWaitTable.FinDue;
                Marked((tcp.Due & TcpLayer.FinsDue) != 0, due, "farewell", i);
                NotBefore(tcp.Deadline, farewells.Until[i], "the end of farewell", i);
                NotBefore(tcp.Deadline, due ? TcpConnection.Never : farewells.DueAt[i], "the timer of farewell", i);
            }
        }
    }

    private static void CheckDuties(NetworkStack stack)
    {
        InternetDuties? duties = (InternetDuties?)s_duties.GetValue(stack);
        if (duties == null)
        {
            return;
        }

        long due = Math.Min(duties.Igmp?.DueAt ?? long.MaxValue, stack.Ip.Reassembly?.Deadline ?? long.MaxValue);
        Marked(stack.Udp.OutputDue, duties.OutputDue, "what IP has to send, endpoint", duties.LocalPort);
        NotBefore(stack.Udp.Deadline, duties.OutputDue ? long.MaxValue : due, "what IP has to do, endpoint", duties.LocalPort);
    }

    private static void CheckNeighbours(ArpCache cache)
    {
        for (int i = 0; i < cache.State.Length; i++)
        {
            switch (cache.State[i])
            {
                case ArpCache.Resolving:
                case ArpCache.Refreshing:
                    NotBefore(cache.LookAt, cache.RequestAt[i], "the request for neighbour", i);
                    break;
                case ArpCache.Reachable:
                    NotBefore(cache.LookAt, cache.UsedAt[i] + ArpProtocol.UnusedTime, "the end of neighbour", i);
                    break;
                case ArpCache.Failed:
                    NotBefore(cache.LookAt, cache.ChangedAt[i] + ArpProtocol.FailedTime, "the end of the failure of neighbour", i);
                    break;
            }
        }
    }

    private static void NotBefore(long look, long due, string what, int index)
    {
        if (due < look)
        {
            throw new AssertFailedException($"Nobody looks before {look} ms, but {what} {index} is due at {due} ms.");
        }
    }

    private static void Marked(bool mark, bool waiting, string what, int index)
    {
        if (waiting && !mark)
        {
            throw new AssertFailedException($"Nobody knows that {what} {index} waits.");
        }
    }
}
