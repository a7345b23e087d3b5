using System;
using NanoTcp.Emulation;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Wire;

/// <summary>RFC 1071, against the slow sum that follows its first page.</summary>
[TestClass]
public sealed class InternetChecksumTests
{
    [TestMethod]
    public void RFC_1071_3_the_example()
    {
        byte[] data = [0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7];
        Assert.AreEqual(0xDDF2, InternetChecksum.Sum(data, 0, 8));
    }

    [TestMethod]
    public void Every_length_from_0_to_200_at_every_alignment_with_random_contents()
    {
        SeededRandom random = new(11);
        byte[] data = new byte[256];
        for (int length = 0; length <= 200; length++)
        {
            for (int offset = 0; offset < 8; offset++)
            {
                random.Fill(data);
                Same(data, offset, length);
            }
        }
    }

    [TestMethod]
    public void Every_length_of_ones_of_zeros_and_of_lone_bits()
    {
        byte[] ones = new byte[256];
        Array.Fill(ones, (byte)0xFF);
        byte[] zeros = new byte[256];
        for (int length = 0; length <= 200; length++)
        {
            Same(ones, 3, length);
            Same(zeros, 3, length);
            for (int bit = 0; bit < 8; bit++)
            {
                byte[] lone = new byte[256];
                lone[3 + (length * 5 % Math.Max(length, 1))] = (byte)(1 << bit);
                Same(lone, 3, length);
            }
        }
    }

    [TestMethod]
    public void The_longest_packet()
    {
        SeededRandom random = new(12);
        byte[] data = new byte[65535];
        random.Fill(data);
        Same(data, 0, data.Length);
        Array.Fill(data, (byte)0xFF);
        Same(data, 0, data.Length);
    }

    [TestMethod]
    public void Carries_out_of_every_word_are_kept()
    {
        for (int last = 0; last < 256; last++)
        {
            byte[] data = new byte[40];
            Array.Fill(data, (byte)0xFF);
            data[32] = (byte)last;
            Same(data, 0, 33);
            Same(data, 0, 40);
        }
    }

    [TestMethod]
    public void Sums_of_even_pieces_add_up()
    {
        SeededRandom random = new(13);
        byte[] data = new byte[201];
        random.Fill(data);
        for (int cut = 0; cut <= 200; cut += 2)
        {
            int sum = InternetChecksum.Fold(
                InternetChecksum.Sum(data, 0, cut) + InternetChecksum.Sum(data, cut, data.Length - cut));
            Assert.AreEqual(NaiveChecksum.Sum(data, 0, data.Length), sum, $"cut at {cut}");
        }
    }

    [TestMethod]
    public void The_pseudo_header_is_the_sum_of_its_twelve_octets()
    {
        byte[] pseudo = new byte[12];
        Frames.Put32(pseudo, 0, 0xFFFE8001);
        Frames.Put32(pseudo, 4, 0x0A00FFFF);
        pseudo[9] = 6;
        Frames.Put16(pseudo, 10, 1480);
        Assert.AreEqual(
            NaiveChecksum.Sum(pseudo, 0, 12),
            InternetChecksum.Fold(InternetChecksum.PseudoHeaderSum(0xFFFE8001, 0x0A00FFFF, 6, 1480)));
    }

    private static void Same(byte[] data, int offset, int length)
    {
        Assert.AreEqual(
            NaiveChecksum.Sum(data, offset, length), InternetChecksum.Sum(data, offset, length), $"offset {offset}, length {length}");
    }
}
