using System;
using System.Linq;

namespace NanoTcp.Tests.Peers;

/// <summary>How the samples come and go: whose interface it is, what is said when it cannot be had, how they stop.</summary>
[TestClass]
[TestCategory("Peers")]
public class SampleLifecycleTests
{
    [TestMethod]
    [DataRow("HttpStatusServer", "--chip")]
    [DataRow("HttpStatusServer", "--no-chip")]
    [DataRow("SimpleServices", "--chip")]
    public void An_interface_that_the_sample_makes_is_configured_and_gone_after_Ctrl_C(string sample, string chip)
    {
        using TapSample running = TapSample.Start(sample, chip);
        string address = running.Space.Exec("ip", "-4", "addr", "show", "dev", TapSample.Tap).Succeeded().Output;
        StringAssert.Contains(address, TapSample.KernelAddress + "/24");
        StringAssert.Contains(address, ",UP");
        StringAssert.Contains(running.Process.Output, TapSample.Address, "it says what to type next");
        running.Stop();
    }

    [TestMethod]
    public void An_interface_that_exists_is_used_as_it_is_and_left_so()
    {
        using NetworkNamespace space = new();
        space.Shell($"""
            ip tuntap add dev {TapSample.Tap} mode tap
            ip link set {TapSample.Tap} address 02:00:00:00:77:77 mtu 1400 up
            ip addr add 10.77.0.50/24 dev {TapSample.Tap}
            """).Succeeded();
        string before = Description(space);

        using (SampleProcess sample = SampleProcess.Start(space, "HttpStatusServer", TapSample.ReadyText, TapSample.Options("--no-chip")))
        {
            space.Exec("ping", "-n", "-c", "1", "-w", "20", TapSample.Address).Succeeded();
            sample.Stop();
        }

        Assert.AreEqual(before, Description(space));
    }

    [TestMethod]
    [DataRow("a-name-that-is-too-long")]
    [DataRow("with/slash")]
    [DataRow("")]
    public void A_bad_interface_name_is_one_line_and_exit_code_2(string name)
    {
        using NetworkNamespace space = new();
        AssertOneLine(SampleProcess.Run(space, "HttpStatusServer", "--tap", name, "--ip", "10.77.0.2/24"));
    }

    [TestMethod]
    public void An_interface_that_is_no_TAP_is_one_line_and_exit_code_2()
    {
        using NetworkNamespace space = new();
        CommandResult result = SampleProcess.Run(space, "SimpleServices", "--tap", "lo", "--ip", "10.77.0.2/24");
        AssertOneLine(result);
        StringAssert.Contains(result.Error, "lo");
    }

    [TestMethod]
    public void An_interface_in_use_is_one_line_and_exit_code_2()
    {
        using TapSample first = TapSample.Start("HttpStatusServer", "--no-chip");
        AssertOneLine(SampleProcess.Run(first.Space, "HttpStatusServer", TapSample.Options("--no-chip")));
        first.Space.Ping(TapSample.Address);
        first.Stop();
    }

    [TestMethod]
    public void A_missing_right_is_one_line_and_exit_code_2()
    {
        PeerTools.Require("setpriv");
        using NetworkNamespace space = new();
        string[] sample = SampleProcess.CommandFor(space, "HttpStatusServer", TapSample.Options()).ToArray();

        // "ip netns exec NAME" needs the right itself; what follows must not have it.
        CommandResult result = Command.Run(30, [.. sample[..4], "setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin", .. sample[4..]]);
        AssertOneLine(result);
        StringAssert.Contains(result.Error, "permission");
    }

    private static void AssertOneLine(CommandResult result)
    {
        Assert.AreEqual(2, result.ExitCode, result.ToString());
        Assert.AreEqual(1, result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, result.ToString());
        Assert.AreEqual("", result.Output, result.ToString());
        SampleProcess.AssertNoStackTrace(result.Error);
    }

    /// <summary>Everything about the interface that somebody could have changed; whether a program has it open shows elsewhere.</summary>
    private static string Description(NetworkNamespace space)
    {
        string line = space.Exec("ip", "-o", "-4", "addr", "show", "dev", TapSample.Tap).Succeeded().Output;
        string link = space.Shell($"cd /sys/class/net/{TapSample.Tap} && cat address mtu flags tun_flags owner group tx_queue_len").Succeeded().Output;
        return line + link + space.Exec("ip", "route").Succeeded().Output.Replace(" linkdown", "", StringComparison.Ordinal);
    }
}
