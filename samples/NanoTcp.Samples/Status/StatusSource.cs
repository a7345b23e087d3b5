using System;
using NanoTcp.Primitives;
using NanoTcp.Samples.Text;
using NanoTcp.Tcp;

namespace NanoTcp.Samples.Status;

/// <summary>Where the status documents take their values from, and the words that they share.</summary>
internal sealed class StatusSource
{
    /// <summary>What the counters of services count as, behind the three sets below.</summary>
    internal const int ServiceSet = 3;

    /// <summary>The stack that is shown.</summary>
    internal readonly NetworkStack Stack;

    /// <summary>What the stack, the link device (or null) and the HTTP server count.</summary>
    internal readonly CounterSet[] Counters;

    /// <summary>The names of those counters as octets, those of a layer together.</summary>
    internal readonly byte[][][] CounterNames;

    /// <summary>The index that the counter of such a name has in its set.</summary>
    internal readonly byte[][] CounterIndices;

    /// <summary>The names of TCP's states in the RFC's spelling, by the state's number.</summary>
    internal readonly byte[][] StateNames = Ascii.FromAll(new string[]
    {
        "CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT",
        "CLOSING", "LAST-ACK", "TIME-WAIT",
    });

    /// <summary>The reasons of ends in few words, by the reason's number.</summary>
    internal readonly byte[][] EndNames = Ascii.FromAll(new string[]
    {
        "", "closed", "refused", "reset", "timed out", "unreachable", "aborted", "evicted", "idle",
        "address changed",
    });

    /// <summary>What is said of an open connection whose peer does not acknowledge.</summary>
    internal readonly byte[] Unanswered = Ascii.From("unanswered");

    /// <summary>The states of the link in one word each, by their number.</summary>
    internal readonly byte[][] LinkNames = Ascii.FromAll(new string[] { "no-device", "down", "up" });

    /// <summary>The services that are shown too; null for none.</summary>
    internal StatusRows Services;

    /// <summary>The time at which the server began, in ms of the stack's clock.</summary>
    internal long Start;

    /// <summary>The time, in ms of the stack's clock.</summary>
    internal long Now;

    /// <summary>The places of connections, see <see cref="ConnectionAt"/>.</summary>
    private readonly TcpConnection[] _places;

    // With longer names a row of the metrics would not fit into the smallest send ring, and would wait for ever.
    private const int MaxCounterName = 32;

    /// <summary>Collects what can be shown.</summary>
    /// <exception cref="ArgumentException">A counter of the stack or of the link device has too long a name.</exception>
    internal StatusSource(NetworkStack stack, CounterSet http)
    {
        Stack = stack;
        _places = new TcpConnection[stack.ConnectionCapacity];
        Counters = new CounterSet[] { stack.Counters, stack.Link.Counters, http };
        CounterNames = new byte[Counters.Length][][];
        CounterIndices = new byte[Counters.Length][];
        for (int i = 0; i < Counters.Length; i++)
        {
            CounterSet set = Counters[i];
            int count = set == null ? 0 : set.Count;
            CounterNames[i] = new byte[count][];
            CounterIndices[i] = new byte[count];
            if (count != 0)
            {
                Arrange(i, set.GetNames());
            }
        }
    }

    /// <summary>Milliseconds since the server began.</summary>
    internal long Uptime
    {
        get { return Now - Start; }
    }

    /// <summary>One word for the state of the link.</summary>
    internal byte[] LinkName
    {
        get { return LinkNames[(int)Stack.Link.Status]; }
    }

    /// <summary>The set of a field of counters: 0 for the stack's, 1 for the link device's, 2 for the server's.</summary>
    internal static int SetOf(int field)
    {
        return field - StatusField.StackCounters;
    }

    /// <summary>
    /// The connection of a place, 0 to <see cref="NetworkStack.ConnectionCapacity"/> - 1; null when that is not in use. Those that
    /// <see cref="NetworkStack.GetConnection"/> gives move up when one of them comes back. Here each keeps the place that it was
    /// first seen in, so that a document that is sent meanwhile leaves none out, and what is told of one goes on under the same number.
    /// </summary>
    internal TcpConnection ConnectionAt(int place)
    {
        TcpConnection known = _places[place];
        for (int i = 0; i < _places.Length; i++)
        {
            TcpConnection connection = Stack.GetConnection(i);
            if (connection == null)
            {
                break;
            }

            if (connection == known || (known == null && !HasPlace(connection)))
            {
                _places[place] = connection;
                return connection;
            }
        }

        return null;
    }

    /// <summary>Shows a service behind those that are shown already.</summary>
    internal void Add(StatusRows rows)
    {
        if (Services == null)
        {
            Services = rows;
            return;
        }

        StatusRows last = Services;
        while (last.Next != null)
        {
            last = last.Next;
        }

        last.Next = rows;
    }

    /// <summary>Rows of all services together, or counters of them.</summary>
    internal int CountServiceRows(bool counters)
    {
        int count = 0;
        for (StatusRows rows = Services; rows != null; rows = rows.Next)
        {
            count += counters ? rows.CounterNames.Length : rows.Names.Length;
        }

        return count;
    }

    /// <summary>What is amiss with a connection, or why it has ended; null when all is well.</summary>
    internal byte[] NoteOn(TcpConnection connection)
    {
        if (connection.EndReason != TcpEndReason.None)
        {
            return EndNames[(int)connection.EndReason];
        }

        return connection.ReportedUnreachable ? EndNames[(int)TcpEndReason.Unreachable]
            : connection.HasDeliveryProblem ? Unanswered
            : null;
    }

    /// <summary>How long ago a connection's peer was last heard, in ms.</summary>
    internal long SilenceOf(TcpConnection connection)
    {
        return Now > connection.LastActivity ? Now - connection.LastActivity : 0;
    }

    private bool HasPlace(TcpConnection connection)
    {
        TcpConnection[] places = _places;
        for (int i = 0; i < places.Length; i++)
        {
            if (places[i] == connection)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Names of counters begin with their layer's.</summary>
    private static string LayerOf(string name)
    {
        int end = name.IndexOf('_');
        return end < 0 ? name : name.Substring(0, end);
    }

    /// <summary>Puts the counters of a set in the order in which they are shown: those of a layer together.</summary>
    private void Arrange(int set, string[] names)
    {
        string[] layers = new string[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            layers[i] = LayerOf(names[i]);
        }

        int row = 0;
        for (int i = 0; i < names.Length; i++)
        {
            // Null when it has been taken together with one before.
            string layer = layers[i];
            for (int k = i; k < names.Length && layer != null; k++)
            {
                if (layers[k] != layer)
                {
                    continue;
                }

                layers[k] = null;
                CounterNames[set][row] = NameOf(names[k]);
                CounterIndices[set][row++] = (byte)k;
            }
        }
    }

    private static byte[] NameOf(string counter)
    {
        if (counter.Length > MaxCounterName)
        {
            throw new ArgumentException("The counter name " + counter + " is too long; 32 characters can be shown.");
        }

        return Ascii.From(counter);
    }
}
