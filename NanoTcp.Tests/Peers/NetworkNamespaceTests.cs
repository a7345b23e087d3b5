using System;
using System.Diagnostics;

namespace NanoTcp.Tests.Peers;

/// <summary>The tests' own ground: namespaces come, are separate, and go.</summary>
[TestClass]
[TestCategory("Peers")]
public class NetworkNamespaceTests
{
    [TestMethod]
    public void A_namespace_has_a_loopback_of_its_own_and_nothing_else()
    {
        using NetworkNamespace space = new();
        CollectionAssert.AreEqual(new[] { "lo" }, space.Interfaces());
        StringAssert.Contains(space.Exec("ip", "addr", "show", "lo").Succeeded().Output, "127.0.0.1/8");
    }

    [TestMethod]
    public void A_disposed_namespace_is_gone_with_the_processes_inside()
    {
        NetworkNamespace space = new();
        using Process sleeper = Command.Start(space.Inside("sleep", "300"));
        Assert.IsTrue(NetworkNamespace.Exists(space.Name));
        WaitUntilInside(space, sleeper.Id);
        space.Dispose();
        Assert.IsFalse(NetworkNamespace.Exists(space.Name));
        Assert.IsTrue(sleeper.WaitForExit(TimeSpan.FromSeconds(10)), "the process inside still runs");
    }

    [TestMethod]
    public void What_a_dead_test_run_left_behind_is_removed_and_what_a_live_one_uses_is_not()
    {
        using NetworkNamespace own = new();

        // No process has this number: it is beyond the kernel's greatest (PID_MAX_LIMIT is 2^22).
        string leftover = $"nanotcp-test-{(1 << 22) + 1}-{Environment.ProcessId}";
        Command.Run(20, ["ip", "netns", "add", leftover]).Succeeded();
        NetworkNamespace.RemoveLeftovers();
        Assert.IsFalse(NetworkNamespace.Exists(leftover));
        Assert.IsTrue(NetworkNamespace.Exists(own.Name));
    }

    [TestMethod]
    public void A_failing_part_of_a_pipe_is_seen()
    {
        using NetworkNamespace space = new();
        Assert.AreEqual(3, space.Shell("(exit 3) | cat").ExitCode);
    }

    [TestMethod]
    public void A_command_that_hangs_is_ended()
    {
        using NetworkNamespace space = new();

        // A machine that is slow to begin it is given more time.
        string message = "";
        for (int limit = 1; limit <= 16 && !message.Contains("begun", StringComparison.Ordinal); limit *= 4)
        {
            int seconds = limit;
            message = Assert.ThrowsExactly<AssertFailedException>(() => space.Shell("printf be; echo gun; sleep 300", seconds)).Message;
        }

        StringAssert.Contains(message, "begun");
    }

    /// <summary>ip enters the namespace a moment after it has started.</summary>
    private static void WaitUntilInside(NetworkNamespace space, int process)
    {
        Command.Run(20, ["bash", "-c", $"until ip netns pids {space.Name} | grep -qx {process}; do sleep 0.05; done"]).Succeeded();
    }
}
