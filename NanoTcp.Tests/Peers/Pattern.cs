using System;
using System.Security.Cryptography;

namespace NanoTcp.Tests.Peers;

/// <summary>The octets of <c>/bytes/N</c>: octet i is i mod 251, so that lost, doubled and swapped octets are seen.</summary>
internal static class Pattern
{
    private const int Period = 251;

    /// <summary>The first octets of the pattern.</summary>
    internal static byte[] Octets(int count)
    {
        byte[] octets = new byte[count];
        for (int i = 0; i < count; i++)
        {
            octets[i] = (byte)(i % Period);
        }

        return octets;
    }

    /// <summary>Their hash as <c>sha256sum</c> prints it.</summary>
    internal static string Hash(int count)
    {
        return Hash(Octets(count));
    }

    /// <summary>A hash as <c>sha256sum</c> prints it.</summary>
    internal static string Hash(byte[] octets)
    {
        return Convert.ToHexStringLower(SHA256.HashData(octets));
    }

    /// <summary>Random octets from a seed.</summary>
    internal static byte[] Random(int count, int seed)
    {
        byte[] octets = new byte[count];
        new Random(seed).NextBytes(octets);
        return octets;
    }
}
