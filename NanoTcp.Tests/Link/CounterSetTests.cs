using System;
using System.Text;
using NanoTcp.Primitives;

namespace NanoTcp.Tests.Link;

/// <summary>Counters and their names, which share one string.</summary>
[TestClass]
public sealed class CounterSetTests
{
    [TestMethod]
    public void Names_stand_in_one_string_with_blanks_between()
    {
        CounterSet counters = new("rx tx_errors x");
        Assert.AreEqual(3, counters.Count);
        Assert.AreEqual("rx", counters.GetName(0));
        Assert.AreEqual("tx_errors", counters.GetName(1));
        Assert.AreEqual("x", counters.GetName(2));
        Assert.AreEqual(0, new CounterSet("").Count);
        Assert.AreEqual("alone", new CounterSet("alone").GetName(0));
        CollectionAssert.AreEqual(new[] { "rx", "tx_errors", "x" }, counters.GetNames());
        CollectionAssert.AreEqual(new[] { "alone" }, new CounterSet("alone").GetNames());
        Assert.IsEmpty(new CounterSet("").GetNames());
    }

    [TestMethod]
    [DataRow(0, 0, "rx")]
    [DataRow(1, 0, "tx_errors")]
    [DataRow(1, 3, "errors")]
    [DataRow(2, 1, "")]
    public void A_name_is_written_as_octets_from_some_character_on(int index, int skip, string expected)
    {
        byte[] buffer = new byte[20];
        int end = new CounterSet("rx tx_errors x").PutName(index, skip, buffer, 4);
        Assert.AreEqual(expected, Encoding.ASCII.GetString(buffer, 4, end - 4));
    }

    [TestMethod]
    public void A_name_that_finds_no_room_is_cut_off()
    {
        byte[] buffer = new byte[6];
        Assert.AreEqual(6, new CounterSet("tx_errors").PutName(0, 0, buffer, 2));
        Assert.AreEqual("tx_e", Encoding.ASCII.GetString(buffer, 2, 4));
    }

    [TestMethod]
    public void Values_begin_at_zero_and_grow()
    {
        CounterSet counters = new("a b");
        counters.Increment(1);
        counters.Add(1, 5);
        Assert.AreEqual(0, counters.GetValue(0));
        Assert.AreEqual(6, counters.GetValue(1));
    }

    [TestMethod]
    [DataRow(" a")]
    [DataRow("a ")]
    [DataRow("a  b")]
    [DataRow(" ")]
    public void A_blank_too_many_is_a_mistake(string names)
    {
        Assert.ThrowsExactly<ArgumentException>(() => new CounterSet(names));
    }

    [TestMethod]
    public void Misuse_is_told()
    {
        Assert.ThrowsExactly<ArgumentNullException>(() => new CounterSet(null!));
        CounterSet counters = new("a b");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => counters.GetName(2));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => counters.PutName(-1, 0, new byte[9], 0));
    }
}
