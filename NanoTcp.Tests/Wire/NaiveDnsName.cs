using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace NanoTcp.Tests.Wire;

/// <summary>Domain names read and written the simple way: lists of labels, and a set of the places that were seen.</summary>
internal static class NaiveDnsName
{
    /// <summary>A name without compression, from text with dots.</summary>
    internal static byte[] Of(string text) =>
        [.. text.Split('.', StringSplitOptions.RemoveEmptyEntries).SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];

    /// <summary>The name at an offset of a message that begins the array; null when it is not in order.</summary>
    internal static byte[]? Read(byte[] message, int offset)
    {
        List<byte> name = [];
        HashSet<int> seen = [];
        int lowest = offset;
        while (offset < message.Length)
        {
            int length = message[offset];
            if (length >= 0xC0)
            {
                if (offset + 1 >= message.Length)
                {
                    return null;
                }

                int target = ((length & 0x3F) << 8) | message[offset + 1];
                if (target < 12 || target >= lowest || !seen.Add(target) || seen.Count > 32)
                {
                    return null;
                }

                lowest = target;
                offset = target;
            }
            else if (length > 63 || offset + length >= message.Length)
            {
                return null;
            }
            else
            {
                name.AddRange(message.AsSpan(offset, length + 1));
                offset += length + 1;
                if (length == 0)
                {
                    return name.Count > 255 ? null : [.. name];
                }
            }
        }

        return null;
    }
}
