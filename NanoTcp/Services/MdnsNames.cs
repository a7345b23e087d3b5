using System;
using NanoTcp.Wire;

namespace NanoTcp.Services;

/// <summary>
/// The names that a responder has records under, as a tree: each is one or more labels in front of another name. So a name
/// that changes is changed in one place, and one that stands in a message already is written as a pointer (RFC 6762 18.14).
/// </summary>
internal sealed class MdnsNames
{
    internal const int None = -1;

    /// <summary>local</summary>
    internal const int Local = 0;

    /// <summary>The name of this host.</summary>
    internal const int Host = 1;

    /// <summary>The address, backwards.</summary>
    internal const int Reverse = 2;

    /// <summary>Under which types of services are listed (RFC 6763 9).</summary>
    internal const int Types = 3;

    private const int FirstService = 4;
    private const int Root = 255;

    /// <summary>A compression pointer has 14 bits (RFC 1035 4.1.4).</summary>
    private const int PointerBits = 0xC000;

    /// <summary>The bit that tells a small ASCII letter from a capital one.</summary>
    private const int SmallLetter = 0x20;

    /// <summary>Octets of a reverse name without the root, at most.</summary>
    internal const int MostReverse = 4 + 12 + 13;

    /// <summary>in-addr.arpa, without the root.</summary>
    private readonly byte[] _arpa;

    private readonly byte[][] _labels;

    /// <summary>Octets of them in use.</summary>
    private readonly byte[] _length;
    private readonly byte[] _parent;

    /// <summary>Octets of the first label that were asked for, without the number that a conflict added.</summary>
    private readonly byte[] _asked;
    private readonly int[] _number;

    /// <summary>Where the name begins in the message that is being written; 0 when it is not in it.</summary>
    private readonly int[] _written;

    /// <summary>The name that was read last, without compression.</summary>
    private readonly byte[] _name = new byte[DnsName.MaxLength];
    private int _nameLength;

    internal MdnsNames(byte[] host, MdnsService[] services)
    {
        int count = FirstService + (2 * services.Length);
        _labels = new byte[count][];
        _length = new byte[count];
        _parent = new byte[count];
        _asked = new byte[count];
        _number = new int[count];
        _written = new int[count];
        _arpa = Labels("in-addr.arpa");
        Set(Local, Labels("local"), Root);
        Set(Host, host, Local);
        Set(Reverse, new byte[MostReverse], Root);
        Set(Types, Labels("_services._dns-sd._udp"), Local);
        for (int i = 0; i < services.Length; i++)
        {
            byte[] instance = new byte[services[i].Instance.Length];
            Array.Copy(services[i].Instance, 0, instance, 0, instance.Length);
            Set(FirstService + (2 * i), services[i].Type, Local);
            Set(Instance(i), instance, Type(i));
        }

        _length[Host] = (byte)(1 + host[0]);
        for (int i = 0; i < services.Length; i++)
        {
            _length[Instance(i)] = (byte)(1 + _labels[Instance(i)][0]);
        }
    }

    /// <summary>The name of the type of service <paramref name="service"/>; services of one type share it.</summary>
    internal int Type(int service)
    {
        for (int i = 0; i < service; i++)
        {
            int other = FirstService + (2 * i);
            if (SameLabels(other, FirstService + (2 * service)))
            {
                return other;
            }
        }

        return FirstService + (2 * service);
    }

    /// <summary>True when no service before this one is of its type.</summary>
    internal bool IsFirstOfType(int service)
    {
        return Type(service) == FirstService + (2 * service);
    }

    internal static int Instance(int service)
    {
        return FirstService + 1 + (2 * service);
    }

    internal void SetReverse(uint address)
    {
        _length[Reverse] = (byte)PutReverse(_labels[Reverse], 0, address);
    }

    /// <summary>Writes the labels of the name under which an address is found, without the root.</summary>
    /// <returns>Octets written.</returns>
    internal int PutReverse(byte[] target, int offset, uint address)
    {
        int at = offset;
        for (int i = 0; i < 4; i++)
        {
            int part = (int)(address & 0xFF);
            int digits = part >= 100 ? 3 : part >= 10 ? 2 : 1;
            target[at] = (byte)digits;
            for (int k = digits; k != 0; k--)
            {
                target[at + k] = (byte)('0' + (part % 10));
                part /= 10;
            }

            at += 1 + digits;
            address >>= 8;
        }

        Array.Copy(_arpa, 0, target, at, _arpa.Length);
        return at + _arpa.Length - offset;
    }

    /// <summary>Gives a name that is taken its next number (RFC 6762 9): host-2 and host-3, or Service (2) and Service (3).</summary>
    internal void Rename(int name)
    {
        byte[] label = _labels[name];
        int number = _number[name] == 0 ? 2 : _number[name] + 1;
        _number[name] = number;
        int digits = 0;
        for (int rest = number; rest != 0; rest /= 10)
        {
            digits++;
        }

        bool host = name == Host;
        int suffix = digits + (host ? 1 : 3);
        int keep = Utf8.WholeLength(label, 1, DnsName.MaxLabel - suffix, _asked[name]);
        int at = 1 + keep;
        if (host)
        {
            label[at++] = (byte)'-';
        }
        else
        {
            label[at++] = (byte)' ';
            label[at++] = (byte)'(';
        }

        for (int k = digits - 1; k >= 0; k--)
        {
            label[at + k] = (byte)('0' + (number % 10));
            number /= 10;
        }

        at += digits;
        if (!host)
        {
            label[at++] = (byte)')';
        }

        label[0] = (byte)(at - 1);
        _length[name] = (byte)at;
    }

    /// <summary>True when another service of this host, of the same type, has the same name.</summary>
    internal bool IsTwice(int service)
    {
        for (int other = FirstService + 1; other < _labels.Length; other += 2)
        {
            if (other != Instance(service) && _parent[other] == _parent[Instance(service)] && SameLabels(other, Instance(service)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Finds a name of a message among those that are in use here; <see cref="None"/> when it is none, or malformed.</summary>
    internal int Find(byte[] buffer, int start, int end, int offset)
    {
        _nameLength = DnsName.Expand(buffer, start, end, offset, _name, 0);
        if (_nameLength < 0)
        {
            return None;
        }

        for (int name = Host; name < _labels.Length; name++)
        {
            if (IsRead(name))
            {
                return name;
            }
        }

        return None;
    }

    /// <summary>Keeps the case of the letters of the name that <see cref="Find"/> has just read, a bit for each octet.</summary>
    internal void KeepCase(byte[] bits)
    {
        for (int i = 0; i < _nameLength; i++)
        {
            int bit = 1 << (i & 7);
            int others = bits[i >> 3] & ~bit;
            bits[i >> 3] = (byte)((_name[i] & SmallLetter) != 0 ? others | bit : others);
        }
    }

    /// <summary>Gives the letters of an uncompressed name that is the same but for their case the case that was kept.</summary>
    internal static void PutCase(byte[] bits, byte[] name, int offset, int length)
    {
        for (int i = 0; i < length; i++)
        {
            int letter = name[offset + i] | SmallLetter;
            if (letter >= 'a' && letter <= 'z')
            {
                bool small = (bits[i >> 3] & (1 << (i & 7))) != 0;
                name[offset + i] = (byte)(small ? letter : letter & ~SmallLetter);
            }
        }
    }

    /// <summary>True when a name of a message is <paramref name="name"/>.</summary>
    internal bool Is(int name, byte[] buffer, int start, int end, int offset)
    {
        _nameLength = DnsName.Expand(buffer, start, end, offset, _name, 0);
        return _nameLength >= 0 && IsRead(name);
    }

    /// <summary>Octets of a name, the root included.</summary>
    internal int Length(int name)
    {
        int length = 1;
        for (int n = name; n != Root; n = _parent[n])
        {
            length += _length[n];
        }

        return length;
    }

    /// <summary>Copies a name without compression.</summary>
    /// <returns>Its octets.</returns>
    internal int Copy(int name, byte[] target, int offset)
    {
        int at = offset;
        for (int n = name; n != Root; n = _parent[n])
        {
            Array.Copy(_labels[n], 0, target, at, _length[n]);
            at += _length[n];
        }

        target[at++] = 0;
        return at - offset;
    }

    /// <summary>
    /// Compares the octets of a name with those of one of a message, both without compression (RFC 6762 8.2); one that is
    /// malformed comes first.
    /// </summary>
    internal int Compare(int name, byte[] buffer, int start, int end, int offset)
    {
        _nameLength = DnsName.Expand(buffer, start, end, offset, _name, 0);
        int at = 0;
        for (int n = name; n != Root; n = _parent[n])
        {
            byte[] labels = _labels[n];
            for (int i = 0; i < _length[n]; i++)
            {
                int difference = at >= _nameLength ? 1 : labels[i] - _name[at];
                if (difference != 0)
                {
                    return difference;
                }

                at++;
            }
        }

        // Both end with the root: who has it first is shorter, and comes first.
        return at >= _nameLength ? 1 : -_name[at];
    }

    /// <summary>The first label of a name, with its length in front.</summary>
    internal byte[] Label(int name)
    {
        return _labels[name];
    }

    /// <summary>A new message is begun.</summary>
    internal void BeginMessage()
    {
        for (int i = 0; i < _written.Length; i++)
        {
            _written[i] = 0;
        }
    }

    /// <summary>What was written from an offset within the message on is taken back.</summary>
    internal void TakeBack(int from)
    {
        for (int i = 0; i < _written.Length; i++)
        {
            if (_written[i] >= from)
            {
                _written[i] = 0;
            }
        }
    }

    /// <summary>Writes a name, and leaves out what stands in the message already.</summary>
    /// <returns>Where to go on, or -1 when there is no room.</returns>
    internal int Write(int name, byte[] buffer, int start, int offset, int limit)
    {
        int at = offset;
        for (int n = name; n != Root; n = _parent[n])
        {
            if (_written[n] != 0)
            {
                if (at + 2 > limit)
                {
                    return -1;
                }

                BigEndian.WriteUInt16(buffer, at, PointerBits | _written[n]);
                return at + 2;
            }

            int length = _length[n];
            if (at + length > limit)
            {
                return -1;
            }

            _written[n] = at - start;
            Array.Copy(_labels[n], 0, buffer, at, length);
            at += length;
        }

        if (at == limit)
        {
            return -1;
        }

        buffer[at] = 0;
        return at + 1;
    }

    private static byte[] Labels(string text)
    {
        byte[] name = new byte[2 + text.Length];
        byte[] labels = new byte[DnsName.Encode(text, name, 0) - 1];
        Array.Copy(name, 0, labels, 0, labels.Length);
        return labels;
    }

    private void Set(int name, byte[] labels, int parent)
    {
        _labels[name] = labels;
        _length[name] = (byte)labels.Length;
        _parent[name] = (byte)parent;
        _asked[name] = labels[0];
    }

    /// <summary>True when <see cref="_name"/> is that name; the case of letters makes no difference.</summary>
    private bool IsRead(int name)
    {
        int at = 0;
        for (int n = name; n != Root; n = _parent[n])
        {
            byte[] labels = _labels[n];
            int length = _length[n];
            if (at + length >= _nameLength)
            {
                return false;
            }

            for (int i = 0; i < length; i++)
            {
                // A length is never a letter.
                int read = _name[at + i];
                int own = labels[i];
                if (read != own && DnsName.Lower(read) != DnsName.Lower(own))
                {
                    return false;
                }
            }

            at += length;
        }

        return at == _nameLength - 1;
    }

    private bool SameLabels(int one, int other)
    {
        if (_length[one] != _length[other])
        {
            return false;
        }

        for (int i = 0; i < _length[one]; i++)
        {
            if (DnsName.Lower(_labels[one][i]) != DnsName.Lower(_labels[other][i]))
            {
                return false;
            }
        }

        return true;
    }
}
