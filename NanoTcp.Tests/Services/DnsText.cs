using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Services;

/// <summary>
/// DNS messages as one line of text, both ways, by hand and independent of the stack's own code:
/// <code>
/// query; ?nanotcp.local ANY QU; ^nanotcp.local 120 A 10.0.0.2
/// response; =nanotcp.local! 120 A 10.0.0.2; +nanotcp.local! 120 NSEC nanotcp.local A
/// </code>
/// Items are questions (?), answers (=), authorities (^) and additional records (+); an exclamation mark is the cache-flush
/// bit. Names are written as in RFC 1035 5.1, with a blank as \032. Written names are compressed where they can be.
/// </summary>
internal static class DnsText
{
    private const string Sections = "?=^+";

    private static readonly Dictionary<string, int> s_types = new()
    {
        ["A"] = 1,
        ["NS"] = 2,
        ["CNAME"] = 5,
        ["PTR"] = 12,
        ["HINFO"] = 13,
        ["TXT"] = 16,
        ["AAAA"] = 28,
        ["SRV"] = 33,
        ["NSEC"] = 47,
        ["ANY"] = 255,
    };

    /// <summary>A message as octets.</summary>
    internal static byte[] Parse(string text)
    {
        string[] items = text.Split("; ");
        byte[] header = new byte[12];
        List<byte> message = [.. header];
        int flags = 0;
        int id = 0;
        foreach (string word in items[0].Split(' '))
        {
            flags |= word switch
            {
                "response" => 0x8400,
                "TC" => 0x0200,
                "RD" => 0x0100,
                _ => 0,
            };
            if (word.StartsWith("id=", StringComparison.Ordinal))
            {
                id = int.Parse(word.AsSpan(3), CultureInfo.InvariantCulture);
            }

            if (word.StartsWith("flags=", StringComparison.Ordinal))
            {
                flags |= int.Parse(word.AsSpan(6), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            }
        }

        Dictionary<string, int> written = [];
        int[] counts = new int[4];
        foreach (string item in items.Skip(1))
        {
            int section = Sections.IndexOf(item[0], StringComparison.Ordinal);
            counts[section]++;
            string[] words = item[1..].Split(' ');
            if (section == 0)
            {
                PutName(message, written, words[0], true);
                Put16(message, Type(words[1]));
                Put16(message, words.Contains("QU") ? 0x8001 : words.Contains("ANYCLASS") ? 0x00FF : words.Contains("CH") ? 3 : 1);
                continue;
            }

            bool flush = words[0].EndsWith('!');
            PutName(message, written, words[0].TrimEnd('!'), true);
            Put16(message, Type(words[2]));
            Put16(message, flush ? 0x8001 : 1);
            uint seconds = uint.Parse(words[1], CultureInfo.InvariantCulture);
            Put16(message, (int)(seconds >> 16));
            Put16(message, (int)(seconds & 0xFFFF));
            int length = message.Count;
            Put16(message, 0);
            PutData(message, written, words);
            byte[] size = new byte[2];
            Frames.Put16(size, 0, message.Count - length - 2);
            message[length] = size[0];
            message[length + 1] = size[1];
        }

        byte[] result = [.. message];
        Frames.Put16(result, 0, id);
        Frames.Put16(result, 2, flags);
        for (int i = 0; i < 4; i++)
        {
            Frames.Put16(result, 4 + (2 * i), counts[i]);
        }

        return result;
    }

    /// <summary>A message as text; the test fails when it is not in order to the last octet.</summary>
    internal static string Format(byte[] message)
    {
        StringBuilder text = new();
        int flags = Frames.Get16(message, 2);
        text.Append((flags & 0x8000) != 0 ? "response" : "query");
        text.Append((flags & 0x0200) != 0 ? " TC" : "");
        int rest = flags & ~0x8200 & ((flags & 0x8000) != 0 ? ~0x0400 : ~0);
        text.Append(rest != 0 ? $" flags={rest:X4}" : "");
        text.Append((flags & 0x8400) == 0x8000 ? " not authoritative" : "");
        text.Append(Frames.Get16(message, 0) != 0 ? $" id={Frames.Get16(message, 0)}" : "");
        int offset = 12;
        for (int section = 0; section < 4; section++)
        {
            for (int i = 0; i < Frames.Get16(message, 4 + (2 * section)); i++)
            {
                text.Append("; ").Append(Sections[section]).Append(GetName(message, ref offset));
                int type = Frames.Get16(message, offset);
                int recordClass = Frames.Get16(message, offset + 2);
                offset += 4;
                if (section == 0)
                {
                    text.Append(CultureInfo.InvariantCulture, $" {TypeName(type)}{(recordClass == 0x8001 ? " QU" : recordClass == 1 ? "" : $" CLASS{recordClass}")}");
                    continue;
                }

                Assert.AreEqual(1, recordClass & 0x7FFF, "class of a record");
                uint seconds = Frames.Get32(message, offset);
                int length = Frames.Get16(message, offset + 4);
                offset += 6;
                text.Append(CultureInfo.InvariantCulture, $"{(recordClass != 1 ? "!" : "")} {seconds} {TypeName(type)}{GetData(message, type, offset, length)}");
                offset += length;
            }
        }

        Assert.AreEqual(message.Length, offset, $"octets behind the message: {text}");
        return text.ToString();
    }

    private static void PutData(List<byte> message, Dictionary<string, int> written, string[] words)
    {
        switch (words[2])
        {
            case "A":
                message.AddRange(words[3].Split('.').Select(part => byte.Parse(part, CultureInfo.InvariantCulture)));
                break;
            case "PTR" or "CNAME" or "NS":
                PutName(message, written, words[3], true);
                break;
            case "SRV":
                Put16(message, int.Parse(words[3], CultureInfo.InvariantCulture));
                Put16(message, int.Parse(words[4], CultureInfo.InvariantCulture));
                Put16(message, int.Parse(words[5], CultureInfo.InvariantCulture));
                PutName(message, written, words[6], true);
                break;
            case "TXT":
                foreach (string one in words.Length == 3 || words[3] == "-" ? [""] : words[3].Split(','))
                {
                    message.Add((byte)one.Length);
                    message.AddRange(Encoding.UTF8.GetBytes(one));
                }

                break;
            case "NSEC":
                PutName(message, written, words[3], true);
                int[] types = words.Skip(4).Select(Type).ToArray();
                byte[] bits = new byte[(types.Max() / 8) + 1];
                foreach (int type in types)
                {
                    bits[type / 8] |= (byte)(0x80 >> (type % 8));
                }

                message.Add(0);
                message.Add((byte)bits.Length);
                message.AddRange(bits);
                break;
            default:
                message.AddRange(Convert.FromHexString(words[3]));
                break;
        }
    }

    private static string GetData(byte[] message, int type, int offset, int length)
    {
        int end = offset + length;
        string text;
        switch (TypeName(type))
        {
            case "A":
                Assert.AreEqual(4, length, "octets of an address");
                return $" {string.Join('.', message.AsSpan(offset, 4).ToArray())}";
            case "PTR":
                text = GetName(message, ref offset);
                break;
            case "SRV":
                text = $"{Frames.Get16(message, offset)} {Frames.Get16(message, offset + 2)} {Frames.Get16(message, offset + 4)}";
                offset += 6;
                text += " " + GetName(message, ref offset);
                break;
            case "TXT":
                List<string> parts = [];
                while (offset < end)
                {
                    parts.Add(Encoding.UTF8.GetString(message, offset + 1, message[offset]));
                    offset += 1 + message[offset];
                }

                text = parts.Count == 1 && parts[0].Length == 0 ? "-" : string.Join(',', parts);
                break;
            case "NSEC":
                text = GetName(message, ref offset);
                Assert.AreEqual(0, message[offset], "block of types");
                Assert.AreEqual(end - offset - 2, message[offset + 1], "octets of the block");
                for (int i = 0; i < 8 * message[offset + 1]; i++)
                {
                    text += (message[offset + 2 + (i / 8)] & (0x80 >> (i % 8))) != 0 ? " " + TypeName(i) : "";
                }

                offset = end;
                break;
            default:
                return " " + Convert.ToHexString(message, offset, length);
        }

        Assert.AreEqual(end, offset, "octets of the data of a record");
        return " " + text;
    }

    private static void PutName(List<byte> message, Dictionary<string, int> written, string name, bool compress)
    {
        string rest = name;
        while (rest.Length != 0)
        {
            if (compress && written.TryGetValue(rest, out int at))
            {
                Put16(message, 0xC000 | at);
                return;
            }

            written.TryAdd(rest, message.Count);
            byte[] label = Label(rest, out rest);
            message.Add((byte)label.Length);
            message.AddRange(label);
        }

        message.Add(0);
    }

    private static byte[] Label(string name, out string rest)
    {
        List<byte> label = [];
        int i = 0;
        for (; i < name.Length && name[i] != '.'; i++)
        {
            if (name[i] != '\\')
            {
                label.Add((byte)name[i]);
            }
            else if (char.IsDigit(name[i + 1]))
            {
                label.Add(byte.Parse(name.AsSpan(i + 1, 3), CultureInfo.InvariantCulture));
                i += 3;
            }
            else
            {
                label.Add((byte)name[++i]);
            }
        }

        rest = i < name.Length ? name[(i + 1)..] : "";
        return [.. label];
    }

    private static string GetName(byte[] message, ref int offset)
    {
        StringBuilder text = new();
        int at = offset;
        bool jumped = false;
        while (message[at] != 0)
        {
            if (message[at] >= 0xC0)
            {
                int target = Frames.Get16(message, at) & 0x3FFF;
                Assert.IsTrue(target >= 12 && target < at, "a pointer that does not lead back");
                if (!jumped)
                {
                    offset = at + 2;
                }

                jumped = true;
                at = target;
                continue;
            }

            Assert.IsLessThan(64, (int)message[at], "octets of a label");
            text.Append(text.Length == 0 ? "" : ".");
            for (int i = 1; i <= message[at]; i++)
            {
                byte c = message[at + i];
                text.Append(c is <= 32 or >= 127 ? $"\\{c:000}" : c is (byte)'.' or (byte)'\\' ? $"\\{(char)c}" : $"{(char)c}");
            }

            at += 1 + message[at];
        }

        if (!jumped)
        {
            offset = at + 1;
        }

        return text.ToString();
    }

    private static int Type(string name)
    {
        return s_types.TryGetValue(name, out int type) ? type : int.Parse(name.AsSpan(4), CultureInfo.InvariantCulture);
    }

    private static string TypeName(int type)
    {
        return s_types.Where(t => t.Value == type).Select(t => t.Key).FirstOrDefault($"TYPE{type}");
    }

    private static void Put16(List<byte> message, int value)
    {
        message.Add((byte)(value >> 8));
        message.Add((byte)value);
    }
}
