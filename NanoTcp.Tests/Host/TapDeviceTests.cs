using System;
using System.Diagnostics;
using NanoTcp.Emulation;
using NanoTcp.Host.Cable;
using NanoTcp.Host.Tap;
using NanoTcp.Tests.Peers;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Host;

[TestClass]
public class TapDeviceTests
{
    private static readonly uint KernelAddress = Ipv4Address.From(192, 168, 77, 1);

    [TestMethod]
    public void An_interface_that_is_missing_is_made_configured_and_gone_afterwards()
    {
        using NetworkNamespace space = new();
        NamespaceThread.Run(space, () =>
        {
            using (TapDevice tap = TapDevice.Open("nt0", KernelAddress, 20))
            {
                Assert.IsTrue(tap.Created);
                Assert.IsTrue(tap.IsUp());
                string shown = space.Exec("ip", "-o", "addr", "show", "dev", "nt0").Succeeded().Output;
                StringAssert.Contains(shown, "inet 192.168.77.1/20 brd 192.168.79.255");
                StringAssert.Contains(space.Exec("ip", "-o", "link", "show", "dev", "nt0").Succeeded().Output, "LOWER_UP");
                StringAssert.Contains(space.Exec("ip", "route", "show").Succeeded().Output, "192.168.64.0/20 dev nt0");
            }

            Assert.AreNotEqual(0, space.Exec("ip", "link", "show", "dev", "nt0").ExitCode);
        });
    }

    [TestMethod]
    public void An_interface_that_exists_is_used_as_it_is_and_left_so()
    {
        using NetworkNamespace space = new();
        space.Exec("ip", "tuntap", "add", "dev", "nt1", "mode", "tap").Succeeded();
        space.Exec("ip", "addr", "add", "10.1.2.3/24", "dev", "nt1").Succeeded();
        string before = space.Exec("ip", "-o", "addr", "show", "dev", "nt1").Succeeded().Output;
        NamespaceThread.Run(space, () =>
        {
            using (TapDevice tap = TapDevice.Open("nt1", KernelAddress, 24))
            {
                Assert.IsFalse(tap.Created);
                Assert.IsFalse(tap.IsUp(), "It was down and is left so.");
                byte[] frame = TestFrames.Make(1, 60);
                tap.Write(frame, 0, frame.Length);
                Assert.AreEqual(1, tap.WriteDrops);
                Assert.AreEqual(0, tap.Read(new byte[100], 0, 100));
                Assert.IsNull(tap.Failure);
            }
        });
        Assert.AreEqual(before, space.Exec("ip", "-o", "addr", "show", "dev", "nt1").Succeeded().Output);
    }

    [TestMethod]
    public void An_interface_made_for_several_queues_can_be_used_too()
    {
        using NetworkNamespace space = new();
        space.Exec("ip", "tuntap", "add", "dev", "nt2", "mode", "tap", "multi_queue").Succeeded();
        NamespaceThread.Run(space, () => TapDevice.Open("nt2", KernelAddress, 24).Dispose());
    }

    [TestMethod]
    public void What_cannot_be_used_is_said_in_one_line()
    {
        using NetworkNamespace space = new();
        space.Exec("ip", "tuntap", "add", "dev", "tun3", "mode", "tun").Succeeded();
        NamespaceThread.Run(space, () =>
        {
            AssertRefused("lo", "interface lo exists but is not a TAP interface; take another name, for example tap0");
            AssertRefused("tun3", "interface tun3 exists but is not a TAP interface; take another name, for example tap0");
            using TapDevice first = TapDevice.Open("nt4", KernelAddress, 24);
            AssertRefused("nt4", "interface nt4 is busy: another program has it open; stop that program or take another name");
        });
    }

    [TestMethod]
    [DataRow("sixteencharslong", "interface name 'sixteencharslong' is too long: the kernel takes at most 15 characters, for example tap0")]
    [DataRow("", "an interface name has 1 to 15 characters, for example tap0")]
    [DataRow("a/b", "interface name 'a/b' has a character that the kernel does not take; use letters and digits, for example tap0")]
    [DataRow("tap%d", "interface name 'tap%d' has a character that the kernel does not take; use letters and digits, for example tap0")]
    [DataRow("..", "'..' is not an interface name; use letters and digits, for example tap0")]
    public void A_name_that_the_kernel_would_not_take_is_refused_before_it_is_asked(string name, string message)
    {
        TapException e = Assert.ThrowsExactly<TapException>(() => TapDevice.CheckName(name));
        Assert.AreEqual(message, e.Message);
    }

    [TestMethod]
    public void Removal_by_somebody_else_is_noticed()
    {
        using NetworkNamespace space = new();
        NamespaceThread.Run(space, () =>
        {
            using TapDevice tap = TapDevice.Open("nt5", KernelAddress, 24);
            VirtualCable cable = new(new VirtualClock(0));
            CablePort outside = cable.AddPort("tap");
            CablePort device = cable.AddPort("device");
            TapBridge bridge = new(tap, outside);
            while (bridge.Pump())
            {
            }

            Assert.IsTrue(device.LinkUp);
            space.Exec("ip", "link", "del", "nt5").Succeeded();
            bridge.Pump();

            Assert.AreEqual("interface nt5 is gone: somebody removed it", tap.Failure);
            Assert.IsFalse(device.LinkUp);
        });
    }

    [TestMethod]
    public void Frames_flow_both_ways_without_allocating()
    {
        using NetworkNamespace space = new();
        NamespaceThread.Run(space, () =>
        {
            using TapDevice tap = TapDevice.Open("nt6", KernelAddress, 24);
            VirtualCable cable = new(new VirtualClock(0));
            CablePort outside = cable.AddPort("tap");
            CablePort device = cable.AddPort("device");
            TapBridge bridge = new(tap, outside);

            // Whoever asks the kernel for its address gets an answer: RFC 826.
            byte[] question = Convert.FromHexString(
                "FFFFFFFFFFFF" + "020000770002" + "0806" + "00010800060400" + "01" + "020000770002" + "C0A84D02" + "000000000000" + "C0A84D01");
            byte[] frame = new byte[1600];
            long allocated = 0;
            for (int i = 0; i < 50; i++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                bool answered = Ask(tap, bridge, device, question, frame);
                allocated = i < 10 ? 0 : allocated + GC.GetAllocatedBytesForCurrentThread() - before;
                Assert.IsTrue(answered, "The kernel did not answer.");
            }

            Assert.AreEqual(0, allocated);
            Assert.AreEqual("C0A84D01", Convert.ToHexString(frame, 28, 4));
        });
    }

    [TestMethod]
    public void Wait_ends_when_woken_and_when_time_is_up()
    {
        using NetworkNamespace space = new();
        NamespaceThread.Run(space, () =>
        {
            using TapDevice tap = TapDevice.Open("nt7", KernelAddress, 24);
            byte[] frame = new byte[1600];
            while (tap.Read(frame, 0, frame.Length) != 0)
            {
            }

            tap.Wake();
            tap.Wait(60_000_000_000);
            tap.Wait(1_000);
        });
    }

    private static bool Ask(TapDevice tap, TapBridge bridge, CablePort device, byte[] question, byte[] answer)
    {
        device.Send(question, 0, question.Length);
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < 5)
        {
            bridge.Pump();
            for (int length = device.Receive(answer, 0, answer.Length); length != 0; length = device.Receive(answer, 0, answer.Length))
            {
                if (answer[12] == 8 && answer[13] == 6 && answer[21] == 2)
                {
                    return true;
                }
            }

            tap.Wait(10_000_000);
        }

        return false;
    }

    private static void AssertRefused(string name, string message)
    {
        TapException e = Assert.ThrowsExactly<TapException>(() => TapDevice.Open(name, KernelAddress, 24));
        Assert.AreEqual(message, e.Message);
    }
}
