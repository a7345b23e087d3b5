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
    /// <summary>The first vectors of the reference implementation of HalfSipHash-2-4 with 32 bits: key 00 to 07, messages 00, 01, ...</summary>
    private static readonly uint[] Vectors = [0x5B9F35A9, 0xB85A4727, 0x03A662FA, 0x04E7FE8A, 0x89466E2A, 0x69B6FAC5, 0x23FC6358, 0xC563CF8B];

    [TestMethod]
    public void The_reference_of_these_tests_gives_the_published_vectors()
    {
        byte[] message = new byte[Vectors.Length];
        for (int i = 0; i < message.Length; i++)
        {
            message[i] = (byte)i;
            Assert.AreEqual(Vectors[i], HalfSipHash(2, 4, 0x03020100, 0x07060504, message[..i]), $"length {i}");
        }
    }

    [TestMethod]
    [Requirement("RFC 9293", "MUST-8", "SHLD-1", "MUST-9")]
    [Requirement("RFC 6528", "3")]
    public void The_number_is_the_clock_plus_HalfSipHash_1_3_of_addresses_and_ports()
    {
        SeededRandom random = new(31);
        for (int run = 0; run < 1000; run++)
        {
            TwoKeys keys = new(random.NextUInt32(), random.NextUInt32());
            uint local = random.NextUInt32();
            uint remote = random.NextUInt32();
            int localPort = random.Below(65536);
            int remotePort = random.Below(65536);
            long now = (long)(random.NextUInt64() >> 20);
            byte[] message = new byte[12];
            BitConverter.TryWriteBytes(message.AsSpan(0), local);
            BitConverter.TryWriteBytes(message.AsSpan(4), remote);
            BitConverter.TryWriteBytes(message.AsSpan(8), ((uint)localPort << 16) | (uint)remotePort);
            uint expected = HalfSipHash(1, 3, keys.First, keys.Second, message) + (uint)((ulong)now * 250);
            Assert.AreEqual(expected, new IsnGenerator(keys).Next(local, remote, localPort, remotePort, now), $"run {run}");
        }
    }

    [TestMethod]
    public void Four_words_are_hashed_by_HalfSipHash_1_3()
    {
        SeededRandom random = new(32);
        byte[] message = new byte[16];
        for (int run = 0; run < 1000; run++)
        {
            TwoKeys keys = new(random.NextUInt32(), random.NextUInt32());
            uint[] words = [random.NextUInt32(), random.NextUInt32(), random.NextUInt32(), random.NextUInt32()];
            Buffer.BlockCopy(words, 0, message, 0, 16);
            Assert.AreEqual(
                HalfSipHash(1, 3, keys.First, keys.Second, message),
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
            Assert.IsTrue(seen.Add(generator.Next(1, 2, 3, 4, 0)), $"boot {boot}: the same pair at the same time of the clock");
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
            uint previous = generator.Next(1, 2, 3, 4, start);
            for (int i = 1; i < 20; i++)
            {
                uint next = generator.Next(1, 2, 3, 4, start + i);
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
            Assert.IsTrue(seen.Add(generator.Next(1, 2, 3, 1000 + i, 0)), "remote port");
            Assert.IsTrue(seen.Add(generator.Next(1, 2, 1000 + i, 3, 0)), "local port");
            Assert.IsTrue(seen.Add(generator.Next(1, 1000u + (uint)i, 3, 4, 0)), "remote address");
            Assert.IsTrue(seen.Add(generator.Next(1000u + (uint)i, 2, 3, 4, 0)), "local address");
            Assert.IsTrue(seen.Add(new IsnGenerator(new TwoKeys(1000u + (uint)i, 2)).Next(1, 2, 3, 4, 0)), "first key");
            Assert.IsTrue(seen.Add(new IsnGenerator(new TwoKeys(1, 1000u + (uint)i)).Next(1, 2, 3, 4, 0)), "second key");
        }
    }

    /// <summary>HalfSipHash-c-d with 32 bits, by the description in the SipHash paper's companion: any message, any rounds.</summary>
    private static uint HalfSipHash(int c, int d, uint k0, uint k1, byte[] message)
    {
        uint[] v = [k0, k1, 0x6C796765 ^ k0, 0x74656462 ^ k1];
        int whole = message.Length / 4 * 4;
        for (int i = 0; i < whole; i += 4)
        {
            Absorb(v, c, BitConverter.ToUInt32(message, i));
        }

        uint last = (uint)message.Length << 24;
        for (int i = whole; i < message.Length; i++)
        {
            last |= (uint)message[i] << (8 * (i - whole));
        }

        Absorb(v, c, last);
        v[2] ^= 0xFF;
        Rounds(v, d);
        return v[1] ^ v[3];
    }

    private static void Absorb(uint[] v, int rounds, uint word)
    {
        v[3] ^= word;
        Rounds(v, rounds);
        v[0] ^= word;
    }

    private static void Rounds(uint[] v, int count)
    {
        for (int i = 0; i < count; i++)
        {
            v[0] += v[1];
            v[1] = BitOperations.RotateLeft(v[1], 5) ^ v[0];
            v[0] = BitOperations.RotateLeft(v[0], 16);
            v[2] += v[3];
            v[3] = BitOperations.RotateLeft(v[3], 8) ^ v[2];
            v[0] += v[3];
            v[3] = BitOperations.RotateLeft(v[3], 7) ^ v[0];
            v[2] += v[1];
            v[1] = BitOperations.RotateLeft(v[1], 13) ^ v[2];
            v[2] = BitOperations.RotateLeft(v[2], 16);
        }
    }

    private sealed class TwoKeys(uint first, uint second) : IRandomSource
    {
        private bool _firstTaken;

        internal uint First => first;

        internal uint Second => second;

        public uint NextUInt32()
        {
            uint key = _firstTaken ? second : first;
            _firstTaken = true;
            return key;
        }
    }
}
