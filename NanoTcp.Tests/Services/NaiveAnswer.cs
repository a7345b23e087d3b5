using System;
using System.Collections.Generic;
using System.Linq;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Services;

/// <summary>Reads the address out of an answer the simple way: all records into a list, then along the aliases.</summary>
internal static class NaiveAnswer
{
    private sealed record Rr(string Owner, int Type, int Class, int DataOffset, byte[] Data);

    /// <summary>The address that the name asked about leads to; null when there is none or anything is wrong.</summary>
    internal static uint? AddressOf(byte[] message)
    {
        int flags = Frames.Get16(message, 2);
        byte[]? question = NaiveDnsName.Read(message, 12);
        if ((flags & 0x0F) != 0 || question == null || 12 + question.Length + 4 > message.Length)
        {
            return null;
        }

        List<Rr> records = [];
        int at = 12 + question.Length + 4;
        for (int i = 0; i < Frames.Get16(message, 6); i++)
        {
            int tail = Behind(message, at);
            int data = tail + 10;
            if (tail < 0 || data > message.Length || data + Frames.Get16(message, tail + 8) > message.Length)
            {
                return null;
            }

            int length = Frames.Get16(message, tail + 8);
            records.Add(new Rr(
                Text(NaiveDnsName.Read(message, at)), Frames.Get16(message, tail), Frames.Get16(message, tail + 2), data, message[data..(data + length)]));
            at = data + length;
        }

        string name = Text(question);
        for (int aliases = 0; aliases <= 8; aliases++)
        {
            Rr? record = records.FirstOrDefault(r => r.Owner == name && r.Class == 1 && (r.Type == 5 || (r.Type == 1 && IsPeer(r.Data))));
            if (record == null)
            {
                return null;
            }

            if (record.Type == 1)
            {
                return Frames.Get32(record.Data, 0);
            }

            byte[]? next = NaiveDnsName.Read(message, record.DataOffset);
            if (next == null || Behind(message, record.DataOffset) != record.DataOffset + record.Data.Length)
            {
                return null;
            }

            name = Text(next);
        }

        return null;
    }

    private static bool IsPeer(byte[] data)
    {
        if (data.Length != 4)
        {
            return false;
        }

        uint address = Frames.Get32(data, 0);
        return address >> 24 is not (0 or 127 or >= 224)
            && address is not (StackBench.OwnAddress or StackBench.Subnet or (StackBench.Subnet + 255));
    }

    private static string Text(byte[]? name) =>
        name == null ? "?" : Convert.ToHexString(name.Select(o => (byte)(o is >= (byte)'A' and <= (byte)'Z' ? o + 32 : o)).ToArray());

    /// <summary>Where a name ends that is in order as far as it stands here; else -1.</summary>
    private static int Behind(byte[] message, int offset)
    {
        int first = offset;
        while (offset < message.Length)
        {
            int length = message[offset];
            if (length == 0)
            {
                return offset + 1 - first > 255 ? -1 : offset + 1;
            }

            if (length >= 0xC0)
            {
                int target = offset + 1 < message.Length ? Frames.Get16(message, offset) & 0x3FFF : 0;
                return target >= 12 && target < first ? offset + 2 : -1;
            }

            if (length > 63)
            {
                return -1;
            }

            offset += length + 1;
        }

        return -1;
    }
}
