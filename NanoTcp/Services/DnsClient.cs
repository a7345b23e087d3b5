using System;
using NanoTcp.Primitives;
using NanoTcp.Wire;

namespace NanoTcp.Services;

/// <summary>
/// Asks name servers for addresses and names (a stub resolver: RFC 1034 5.3.1, RFC 1123 6.1.3.1).
/// </summary>
/// <remarks>
/// <see cref="Query"/> gives a number, <see cref="GetStatus"/> says what has come of it whenever the caller looks, and
/// <see cref="Close"/> gives the query back. The stack's <see cref="NetworkStack.Poll"/> does the work. After the constructor nothing
/// is allocated. Names are taken as they are: nothing is appended to them.
/// </remarks>
public sealed class DnsClient
{
    /// <summary>Places for servers.</summary>
    public const int MaxServers = 3;

    /// <summary>Octets that <see cref="GetName"/> writes for any sensible name at most.</summary>
    public const int MaxNameText = DnsName.MaxText;

    /// <summary>Where name servers listen.</summary>
    internal const int Port = 53;

    /// <summary>The addresses of the servers, 0 where there is none.</summary>
    internal readonly uint[] Servers = new uint[MaxServers];

    internal readonly DnsAnswer Answer;
    internal readonly DnsCache Cache;
    internal readonly long[] Counts;

    /// <summary>The place of the server that is asked first.</summary>
    internal int First;

    /// <summary>A bit for each place whose server does not keep the case of names.</summary>
    internal int Plain;

    /// <summary>"local" and "localhost" as <see cref="Classify"/> packs them.</summary>
    private const long LocalKey = ((((((((long)'l' << 7) | 'o') << 7) | 'c') << 7) | 'a') << 7) | 'l';
    private const long LocalHostKey = (((((((LocalKey << 7) | 'h') << 7) | 'o') << 7) | 's') << 7) | 't';

    /// <summary>The zone of the names of addresses (RFC 1035 3.5).</summary>
    private readonly string _reverseZone = "in-addr.arpa";

    private readonly NetworkStack _stack;
    private readonly DnsQuery[] _queries;

    /// <summary>Makes a client. All the memory that it will ever need is taken here.</summary>
    /// <param name="stack">The stack that it asks through.</param>
    /// <param name="options">Read here and not kept; null for the defaults.</param>
    /// <exception cref="ArgumentNullException">There is no stack.</exception>
    /// <exception cref="ArgumentException">An option is out of its range; the message names it.</exception>
    public DnsClient(NetworkStack stack, DnsClientOptions options)
    {
        if (stack == null)
        {
            throw new ArgumentNullException(nameof(stack));
        }

        if (options == null)
        {
            options = new DnsClientOptions();
        }

        options.Validate();
        _stack = stack;
        Counters = new CounterSet(DnsCounter.Names);
        Counts = Counters.Values;
        Answer = new DnsAnswer(stack.Ip);
        Cache = new DnsCache(options.CacheEntries, options.MaxTimeToLive);
        First = 0;
        Plain = 0;
        _queries = new DnsQuery[options.Queries];
        for (int i = 0; i < _queries.Length; i++)
        {
            _queries[i] = new DnsQuery(this, stack.Udp);
            stack.Udp.Attach(_queries[i]);
        }
    }

    /// <summary>What the client counted; indices are in <see cref="DnsCounter"/>.</summary>
    public CounterSet Counters { get; }

    /// <summary>The server of a place, or 0.</summary>
    /// <param name="index">0 to <see cref="MaxServers"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    public uint GetServer(int index)
    {
        CheckPlace(index);
        return Servers[index];
    }

    /// <summary>
    /// Puts a server into a place, or takes it out. Queries under way finish with the servers that they have asked. What
    /// is remembered is forgotten when another server comes: it may see other names.
    /// </summary>
    /// <param name="index">0 to <see cref="MaxServers"/> - 1. The first is asked first, until another one has answered where it did not.</param>
    /// <param name="address">The server, or 0 for none.</param>
    /// <returns>False when no host can have that address; then the place is empty.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    public bool SetServer(int index, uint address)
    {
        CheckPlace(index);
        bool possible = address == 0 || _stack.Ip.IsPossibleSource(address);
        if (!possible)
        {
            address = 0;
        }

        if (Servers[index] != address)
        {
            Servers[index] = address;
            Plain &= ~(1 << index);
            First = 0;
            if (address != 0)
            {
                Cache.Clear();
            }
        }

        return possible;
    }

    /// <summary>Asks for the address of a host. Text that is an address itself is answered at once.</summary>
    /// <param name="name">Labels with dots between them, 253 characters at most; a dot at the end makes no difference.</param>
    /// <returns>A query, which the caller gives back by <see cref="Close"/>; -1 when all are in use.</returns>
    /// <exception cref="ArgumentNullException">There is no name.</exception>
    public int Query(string name)
    {
        CheckName(name);
        int index = TakeQuery();
        if (index < 0)
        {
            return -1;
        }

        DnsQuery query = _queries[index];
        query.Type = DnsMessage.TypeA;
        if (Ipv4Address.TryParse(name, out query.Address))
        {
            query.Status = DnsStatus.Found;
        }
        else if (DnsName.Encode(name, query.Name, 0) < 0)
        {
            query.Status = DnsStatus.BadName;
        }
        else
        {
            query.Status = Classify(query.Name);
            Begin(query);
        }

        return index;
    }

    /// <summary>Asks for the name of a host.</summary>
    /// <param name="address">The host's address.</param>
    /// <returns>A query, which the caller gives back by <see cref="Close"/>; -1 when all are in use.</returns>
    public int QueryName(uint address)
    {
        int index = TakeQuery();
        if (index < 0)
        {
            return -1;
        }

        // RFC 1035 3.5: the four numbers, last one first.
        DnsQuery query = _queries[index];
        query.Type = DnsMessage.TypePtr;
        query.Address = address;
        int at = 0;
        for (int shift = 0; shift < 32; shift += 8)
        {
            at = PutNumber(query.Name, at, (int)((address >> shift) & 0xFF));
        }

        DnsName.Encode(_reverseZone, query.Name, at);
        query.Status = Ipv4Address.IsLinkLocal(address) ? DnsStatus.NotForDns : DnsStatus.Pending;
        Begin(query);
        return index;
    }

    /// <summary>What has come of a query; <see cref="DnsStatus.None"/> when it is not in use.</summary>
    /// <param name="query">From <see cref="Query"/> or <see cref="QueryName"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such query.</exception>
    public DnsStatus GetStatus(int query)
    {
        return Get(query).Status;
    }

    /// <summary>The address that a query has found, or that it is about; 0 as long as there is none.</summary>
    /// <param name="query">From <see cref="Query"/> or <see cref="QueryName"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such query.</exception>
    public uint GetAddress(int query)
    {
        DnsQuery q = Get(query);
        return q.Type == DnsMessage.TypePtr || q.Status == DnsStatus.Found ? q.Address : 0;
    }

    /// <summary>
    /// Writes the name that <see cref="QueryName"/> has found as text, in ASCII. Whoever runs the network of an address can give it any
    /// name: it proves nothing. What is not printable, and dots within labels, are written with a backslash (RFC 1035 5.1).
    /// </summary>
    /// <param name="query">From <see cref="QueryName"/>.</param>
    /// <param name="buffer">Where to; see <see cref="MaxNameText"/>.</param>
    /// <param name="offset">First octet.</param>
    /// <returns>Octets written; 0 when nothing was found, -1 when there is no room.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such query.</exception>
    public int GetName(int query, byte[] buffer, int offset)
    {
        DnsQuery q = Get(query);
        return q.Type == DnsMessage.TypePtr && q.Status == DnsStatus.Found ? DnsName.Format(q.Name, 0, buffer, offset) : 0;
    }

    /// <summary>Gives a query back, answered or not. Twice does no harm as long as nobody else has got it since.</summary>
    /// <param name="query">From <see cref="Query"/> or <see cref="QueryName"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such query.</exception>
    public void Close(int query)
    {
        DnsQuery leaving = Get(query);
        bool asking = leaving.Status == DnsStatus.Pending && leaving.Leader == null;
        leaving.End(DnsStatus.None);
        leaving.Leader = null;
        DnsQuery heir = null;
        for (int i = 0; i < _queries.Length && asking; i++)
        {
            // Whoever waits for the same asks by himself now, and the others wait for him.
            if (_queries[i].Leader == leaving)
            {
                if (heir == null)
                {
                    heir = _queries[i];
                    heir.Begin();
                }
                else
                {
                    _queries[i].Leader = heir;
                }
            }
        }
    }

    /// <summary>A query has its answer, or will get none: those that asked the same have it too.</summary>
    internal void Settled(DnsQuery query)
    {
        for (int i = 0; i < _queries.Length; i++)
        {
            DnsQuery other = _queries[i];
            if (other.Leader == query)
            {
                other.Leader = null;
                other.Status = query.Status;
                other.Address = query.Address;
                DnsMessage.WriteName(other.Name, 0, query.Name, 0);
            }
        }
    }

    private static void CheckName(string name)
    {
        if (name == null)
        {
            throw new ArgumentNullException(nameof(name));
        }
    }

    private static void CheckPlace(int index)
    {
        if (index < 0 || index >= MaxServers)
        {
            throw new ArgumentOutOfRangeException(nameof(index));
        }
    }

    /// <summary>Whether a name is one for the DNS, by its last label.</summary>
    private static DnsStatus Classify(byte[] name)
    {
        int label = 0;
        while (name[label + 1 + name[label]] != 0)
        {
            label += 1 + name[label];
        }

        // Seven bits of each character of the last label, as far as they fit.
        int length = name[label];
        long key = 0;
        bool number = true;
        for (int i = 1; i <= length; i++)
        {
            int c = DnsName.Lower(name[label + i]);
            key = (key << 7) | (long)c;
            number &= c >= '0' && c <= '9';
        }

        // RFC 1123 2.1: a last label that is a number is no name but an address with a mistake.
        if (number)
        {
            return DnsStatus.BadName;
        }

        return (length == 5 && key == LocalKey) || (length == 9 && key == LocalHostKey) ? DnsStatus.NotForDns : DnsStatus.Pending;
    }

    private static int PutNumber(byte[] name, int at, int number)
    {
        int label = at++;
        if (number >= 100)
        {
            name[at++] = (byte)('0' + (number / 100));
        }

        if (number >= 10)
        {
            name[at++] = (byte)('0' + (number / 10 % 10));
        }

        name[at++] = (byte)('0' + (number % 10));
        name[label] = (byte)(at - label - 1);
        return at;
    }

    private int TakeQuery()
    {
        for (int i = 0; i < _queries.Length; i++)
        {
            if (_queries[i].Status == DnsStatus.None)
            {
                Counts[DnsCounter.Queries]++;
                return i;
            }
        }

        return -1;
    }

    private DnsQuery Get(int query)
    {
        if (query < 0 || query >= _queries.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(query));
        }

        return _queries[query];
    }

    /// <summary>Finds the answer in the cache, or somebody who is asking the same, or begins to ask.</summary>
    private void Begin(DnsQuery query)
    {
        if (query.Status != DnsStatus.Pending)
        {
            return;
        }

        if (Cache.Find(query, _stack.Now))
        {
            Counts[DnsCounter.CacheHits]++;
            return;
        }

        if (Servers[0] == 0 && Servers[1] == 0 && Servers[2] == 0)
        {
            query.Status = DnsStatus.NoServer;
            return;
        }

        // Two queries for the same would be twice as easy to guess (RFC 5452 5).
        for (int i = 0; i < _queries.Length; i++)
        {
            DnsQuery other = _queries[i];
            if (other != query && other.Status == DnsStatus.Pending && other.Leader == null && other.Type == query.Type
                && DnsName.Same(other.Name, 0, query.Name, 0))
            {
                query.Leader = other;
                return;
            }
        }

        query.Begin();
    }
}
