using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Text;
using System.Threading;

namespace NanoTcp.Tests.Peers;

/// <summary>A server of the machine's, dnsmasq or chronyd, that runs in a network namespace as long as a test wants it.</summary>
internal sealed class UdpDaemon : IDisposable
{
    private const int PatienceMilliseconds = 30_000;

    private readonly NetworkNamespace _space;
    private readonly Process _process;
    private readonly StringBuilder _said = new();

    /// <summary>Starts it and waits until its port is open.</summary>
    /// <param name="space">Where.</param>
    /// <param name="port">The UDP port that it will have.</param>
    /// <param name="command">The command and its arguments; it must stay in the foreground.</param>
    internal UdpDaemon(NetworkNamespace space, int port, params IReadOnlyList<string> command)
    {
        PeerTools.Require(command[0], "ss");
        _space = space;
        _process = Command.Start(space.Inside([.. command]));
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        try
        {
            long since = Environment.TickCount64;
            while (!IsOpen(port))
            {
                Assert.IsFalse(_process.HasExited, $"{command[0]} has ended: {Said}");
                Assert.IsLessThan(PatienceMilliseconds, Environment.TickCount64 - since, $"{command[0]} does not open port {port}: {Said}");
                Thread.Sleep(20);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What it printed so far.</summary>
    internal string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private bool IsOpen(int port) => _space.Exec("ss", "-H", "-lun", $"sport = :{port}").Output.Length != 0;

    private void Note(string? line)
    {
        lock (_said)
        {
            _said.AppendLine(line);
        }
    }
}
