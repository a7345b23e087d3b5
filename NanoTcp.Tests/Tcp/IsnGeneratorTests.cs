using System;
using System.Collections.Generic;
using System.Numerics;
using NanoTcp.Emulation;
using NanoTcp.Primitives;
using NanoTcp.Tcp;
using NanoTcp.Tests.Compliance;

namespace NanoTcp.Tests.Tcp;

/// <summary>RFC 6528: initial sequence numbers that grow with time and that nobody can guess for another connection.</summary>
[TestClass]
public sealed class IsnGeneratorTests
{
    /// <summary>The first vectors of the reference implementation of SipHash-2-4: key 00 to 0F, messages of no octet, 00, 00 01, ...</summary>
    private static readonly ulong[] Vectors =
    [
        0x726FDB47DD0E0E31, 0x74F839C593DC67FD, 0x0D6C8009D9A94F5A, 0x85676696D7FB7E2D, 0xCF2794E0277187B7, 0x18765564CD99A68D,
        0xCBC9466E58FEE3CE, 0xAB0200F58B01D137, 0x93F5F5799A932462, 0x9E0082DF0BA9E4B0, 0x7A5DBBC594DDB9F3, 0xF4B32F46226BADA7,
        0x751E8FBC860EE5FB, 0x14EA5627C0843D90, 0xF723CA908E7AF2EE, 0xA129CA6149BE45E5, 0x3F2ACC7F57C29BDB,
    ];

    [TestMethod]
    public void The_reference_of_these_tests_gives_the_published_vectors()
    {
        byte[] message = new byte[Vectors.Length];
        for (int i = 0; i < message.Length; i++)
        {
            message[i] = (byte)i;
            Assert.AreEqual(Vectors[i], SipHash(2, 4, 0x0706050403020100, 0x0F0E0D0C0B0A0908, message[..i]), $"length {i}");
        }
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-8", "SHLD-1", "MUST-9")]
    [Requirement("RFC 6528", "3")]
    public void The_number_is_the_clock_plus_SipHash_1_3_of_addresses_and_ports()
    {
        SeededRandom random = new(31);
        for (int run = 0; run < 1000; run++)
        {
            TwoKeys keys = new(random.NextUInt64(), random.NextUInt64());
            uint local = random.NextUInt32();
            uint remote = random.NextUInt32();
            int localPort = random.Below(65536);
            int remotePort = random.Below(65536);
            long now = (long)(random.NextUInt64() >> 20);
            byte[] message = new byte[12];
            BitConverter.TryWriteBytes(message.AsSpan(0), local);
            BitConverter.TryWriteBytes(message.AsSpan(4), remote);
            BitConverter.TryWriteBytes(message.AsSpan(8), ((uint)localPort << 16) | (uint)remotePort);
            uint expected = (uint)SipHash(1, 3, keys.First, keys.Second, message) + (uint)((ulong)now * 250);
            Assert.AreEqual(expected, Next(new IsnGenerator(keys), local, remote, localPort, remotePort, now), $"run {run}");
        }
    }

    [TestMethod]
    public void Four_words_are_hashed_by_SipHash_1_3()
    {
        SeededRandom random = new(32);
        byte[] message = new byte[16];
        for (int run = 0; run < 1000; run++)
        {
            TwoKeys keys = new(random.NextUInt64(), random.NextUInt64());
            uint[] words = [random.NextUInt32(), random.NextUInt32(), random.NextUInt32(), random.NextUInt32()];
            Buffer.BlockCopy(words, 0, message, 0, 16);
            Assert.AreEqual(
                (uint)SipHash(1, 3, keys.First, keys.Second, message),
                new IsnGenerator(keys).Authenticate(words[0], words[1], words[2], words[3]),
                $"run {run}");
        }
    }

    [TestMethod]
    public void RFC_6528_the_numbers_are_others_after_each_boot()
    {
        HashSet<uint> seen = [];
        for (ulong boot = 0; boot < 1000; boot++)
        {
            IsnGenerator generator = new(new SeededRandom(boot));
            Assert.IsTrue(seen.Add(Next(generator, 1, 2, 3, 4, 0)), $"boot {boot}: the same pair at the same time of the clock");
        }
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-8")]
    [Requirement("RFC 6528", "3")]
    public void RFC_6528_3_the_numbers_of_one_connection_grow_by_250_in_a_millisecond()
    {
        IsnGenerator generator = new(new TwoKeys(1, 2));
        foreach (long start in new[] { 0L, int.MaxValue - 5L, uint.MaxValue - 5L, 17_179_869L, long.MaxValue / 2 })
        {
            uint previous = Next(generator, 1, 2, 3, 4, start);
            for (int i = 1; i < 20; i++)
            {
                uint next = Next(generator, 1, 2, 3, 4, start + i);
                Assert.AreEqual(250u, next - previous);
                previous = next;
            }
        }
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-9", "SHLD-1")]
    [Requirement("RFC 6528", "3")]
    public void NUMBER_JACK_neighbouring_connections_and_keys_have_unrelated_numbers()
    {
        HashSet<uint> seen = [];
        IsnGenerator generator = new(new TwoKeys(1, 2));
        for (int i = 0; i < 200; i++)
        {
            Assert.IsTrue(seen.Add(Next(generator, 1, 2, 3, 1000 + i, 0)), "remote port");
            Assert.IsTrue(seen.Add(Next(generator, 1, 2, 1000 + i, 3, 0)), "local port");
            Assert.IsTrue(seen.Add(Next(generator, 1, 1000u + (uint)i, 3, 4, 0)), "remote address");
            Assert.IsTrue(seen.Add(Next(generator, 1000u + (uint)i, 2, 3, 4, 0)), "local address");
            Assert.IsTrue(seen.Add(Next(new IsnGenerator(new TwoKeys(1000ul + (ulong)i, 2)), 1, 2, 3, 4, 0)), "first key");
            Assert.IsTrue(seen.Add(Next(new IsnGenerator(new TwoKeys(1, 1000ul + (ulong)i)), 1, 2, 3, 4, 0)), "second key");
        }
    }

    private static uint Next(IsnGenerator generator, uint local, uint remote, int localPort, int remotePort, long now)
    {
        return generator.Next(local, remote, ((uint)localPort << 16) | (uint)remotePort, now);
    }

    /// <summary>SipHash-c-d with 64 bits, by the description in the paper: any message, any rounds.</summary>
    private static ulong SipHash(int c, int d, ulong k0, ulong k1, byte[] message)
    {
        ulong[] v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573];
        int whole = message.Length / 8 * 8;
        for (int i = 0; i < whole; i += 8)
        {
            Absorb(v, c, BitConverter.ToUInt64(message, i));
        }

        ulong last = (ulong)message.Length << 56;
        for (int i = whole; i < message.Length; i++)
        {
            last |= (ulong)message[i] << (8 * (i - whole));
        }

        Absorb(v, c, last);
        v[2] ^= 0xFF;
        Rounds(v, d);
        return v[0] ^ v[1] ^ v[2] ^ v[3];
    }

    private static void Absorb(ulong[] v, int rounds, ulong word)
    {
        v[3] ^= word;
        Rounds(v, rounds);
        v[0] ^= word;
    }

    private static void Rounds(ulong[] v, int count)
    {
        for (int i = 0; i < count; i++)
        {
            v[0] += v[1];
            v[1] = BitOperations.RotateLeft(v[1], 13) ^ v[0];
            v[0] = BitOperations.RotateLeft(v[0], 32);
            v[2] += v[3];
            v[3] = BitOperations.RotateLeft(v[3], 16) ^ v[2];
            v[0] += v[3];
            v[3] = BitOperations.RotateLeft(v[3], 21) ^ v[0];
            v[2] += v[1];
            v[1] = BitOperations.RotateLeft(v[1], 17) ^ v[2];
            v[2] = BitOperations.RotateLeft(v[2], 32);
        }
    }

    /// <summary>Gives two keys of 64 bits, the lower half of each first.</summary>
    private sealed class TwoKeys(ulong first, ulong second) : IRandomSource
    {
        private int _taken;

        internal ulong First => first;

        internal ulong Second => second;

        public uint NextUInt32()
        {
            ulong key = (_taken & 2) == 0 ? first : second;
            return (uint)(_taken++ % 2 == 0 ? key : key >> 32);
        }
    }
}
