using NanoTcp.Services;

namespace NanoTcp.Host.Hosting;

/// <summary>In what the command lines of two programs differ.</summary>
public sealed class HostProgramDescription
{
    /// <summary>What the program does, for <c>--help</c>.</summary>
    public required string Summary { get; init; }

    /// <summary>The command that starts the program, for <c>--help</c>.</summary>
    public required string Command { get; init; }

    /// <summary>Options to try, each with what it is for, for <c>--help</c>.</summary>
    public required string[] Examples { get; init; }

    /// <summary>What <c>--listen</c> means to this program, for <c>--help</c>.</summary>
    public required string ListenHelp { get; init; }

    /// <summary>What the value of <c>--listen</c> is called.</summary>
    public string ListenValueName { get; init; } = "PORT";

    /// <summary>A port to show in messages.</summary>
    public required int ListenExample { get; init; }

    /// <summary>The largest value that <c>--listen</c> may have.</summary>
    public int LargestListenPort { get; init; } = 65535;

    /// <summary>What the program offers, to be found by DNS-SD where the device gets its address from the network.</summary>
    public MdnsService[] Services { get; init; } = [];

    /// <summary>Whether the program has <c>--connect</c>.</summary>
    public bool IsClientToo { get; init; }
}
