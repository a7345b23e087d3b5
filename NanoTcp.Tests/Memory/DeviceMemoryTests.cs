#pragma warning disable CA1001, CA1823, CS0169, CS0414, IDE0044, IDE0051, IDE0052

using System;

namespace NanoTcp.Tests.Memory;

/// <summary>The scale itself, against the weights measured on the device's runtime.</summary>
[TestClass]
public class DeviceMemoryTests
{
    [TestMethod]
    [DataRow(typeof(byte), 1514, 1536)]
    [DataRow(typeof(int), 16, 84)]
    [DataRow(typeof(byte), 4, 24)]
    [DataRow(typeof(byte), 5, 36)]
    [DataRow(typeof(long), 2, 36)]
    [DataRow(typeof(bool), 17, 48)]
    [DataRow(typeof(object), 4, 72)]
    [DataRow(typeof(DayOfWeek), 4, 36)]
    public void An_array_weighs_its_header_and_elements_rounded_up(Type element, int length, int expected)
    {
        Assert.AreEqual(expected, Scale().Add(Array.CreateInstance(element, length)));
    }

    [TestMethod]
    public void An_object_weighs_twelve_octets_and_twelve_a_field_of_whatever_kind()
    {
        Assert.AreEqual(12 * (1 + 4), Scale().Add(new FourFields()));
        Assert.AreEqual(12 * (1 + 5), Scale().Add(new OneMore()));
    }

    [TestMethod]
    public void What_two_objects_share_is_weighed_once_and_circles_end()
    {
        Node a = new();
        Node b = new() { Other = a, Octets = new byte[4] };
        a.Other = b;
        a.Octets = b.Octets;
        DeviceMemory scale = Scale();
        Assert.AreEqual((2 * 12 * (1 + 2)) + 24, scale.Add(a));
        Assert.AreEqual(0, scale.Add(b));
        Assert.AreEqual((2, 72), scale.ByType[nameof(Node)]);
    }

    [TestMethod]
    public void Elements_of_an_array_are_weighed()
    {
        Assert.AreEqual(48 + 36, Scale().Add(new Node?[] { new(), null }) + 0);
    }

    [TestMethod]
    public void Strings_are_weighed_apart()
    {
        DeviceMemory scale = Scale();
        Assert.AreEqual(48, scale.Add(new[] { "one", "two" }));
        Assert.AreEqual(24, scale.Strings);
    }

    [TestMethod]
    public void Objects_of_somebody_else_are_not_weighed()
    {
        Assert.AreEqual(24, Scale().Add(new Holder()));
    }

    [TestMethod]
    public void An_event_and_an_object_to_lock_have_no_fields_on_the_device()
    {
        Assert.AreEqual((12 * 3) + 12 + 12, Scale().Add(new Guard()));
    }

    [TestMethod]
    public void What_a_base_class_of_the_desktop_holds_is_not_weighed()
    {
        Assert.AreEqual(12 * 2, Scale().Add(new OwnStream()));
    }

    private static DeviceMemory Scale()
    {
        return new DeviceMemory(typeof(DeviceMemoryTests).Assembly);
    }

    private class FourFields
    {
        private bool _a;
        private long _b;
        private byte[]? _c;
        private DayOfWeek _d;
    }

    private sealed class OneMore : FourFields
    {
        private bool _e;
    }

    private sealed class Guard
    {
        private readonly System.Threading.AutoResetEvent _signal = new(false);
        private readonly object _gate = new();
    }

    private sealed class OwnStream : System.IO.MemoryStream
    {
        private int _own;
    }

    private sealed class Node
    {
        internal Node? Other;
        internal byte[]? Octets;
    }

    private sealed class Holder
    {
        private readonly object _random = new Random(1);
    }
}
