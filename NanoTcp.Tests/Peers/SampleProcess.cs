using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Threading;

namespace NanoTcp.Tests.Peers;

/// <summary>One of the built samples, running in a network namespace.</summary>
internal sealed class SampleProcess : IDisposable
{
    private const int StartSeconds = 60;
    private const int StopSeconds = 60;

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly ManualResetEventSlim _ready = new();
    private readonly string _readyText;
    private bool _stopped;

    private SampleProcess(IReadOnlyList<string> command, string readyText)
    {
        CommandLine = string.Join(' ', command);
        _readyText = readyText;
        _process = Command.Start(command);
        _process.OutputDataReceived += (_, line) => Collect(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Collect(_error, line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>How it was started.</summary>
    internal string CommandLine { get; }

    /// <summary>What it printed so far.</summary>
    internal string Output => Text(_output);

    /// <summary>What it printed on the error stream so far.</summary>
    internal string Error => Text(_error);

    /// <summary>Whether it still runs.</summary>
    internal bool IsRunning => !_process.HasExited;

    /// <summary>Starts a sample and waits until it says that it can be used.</summary>
    /// <param name="space">Where it runs.</param>
    /// <param name="sample">Its name.</param>
    /// <param name="readyText">Part of the line that says so.</param>
    /// <param name="arguments">Its options.</param>
    internal static SampleProcess Start(NetworkNamespace space, string sample, string readyText, params string[] arguments)
    {
        SampleProcess process = new(CommandFor(space, sample, arguments), readyText);
        try
        {
            if (!process._ready.Wait(TimeSpan.FromSeconds(StartSeconds)) || process._process.HasExited)
            {
                Assert.Fail($"The sample has not said \"{readyText}\" in {StartSeconds} s, or has ended.\n{process.Report()}");
            }

            return process;
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    /// <summary>Runs a sample to its end.</summary>
    internal static CommandResult Run(NetworkNamespace space, string sample, params string[] arguments)
    {
        return Command.Run(StartSeconds, CommandFor(space, sample, arguments));
    }

    /// <summary>The command line that runs a sample in a namespace.</summary>
    internal static IReadOnlyList<string> CommandFor(NetworkNamespace space, string sample, params string[] arguments)
    {
        // A shell that starts this test run in the background has SIGINT ignored, and children inherit that.
        return space.Inside(["env", "--default-signal=INT", DotnetHost(), AssemblyPath(sample), .. arguments]);
    }

    /// <summary>Stops it as Ctrl-C does, and holds it to a clean end: exit code 0, no exception reported.</summary>
    internal void Stop()
    {
        _stopped = true;
        Signals.Send(_process.Id, Signals.Interrupt);
        if (!_process.WaitForExit(TimeSpan.FromSeconds(StopSeconds)))
        {
            Kill();
            Assert.Fail($"The sample has not ended within {StopSeconds} s of SIGINT.\n{Report()}");
        }

        // Without a bound this waits for the last lines of the streams.
        _process.WaitForExit();
        Assert.AreEqual(0, _process.ExitCode, $"Exit code after SIGINT.\n{Report()}");
        AssertNoStackTrace(Error);
    }

    /// <summary>Fails the test when a text holds the trace of an exception.</summary>
    internal static void AssertNoStackTrace(string text)
    {
        Assert.IsFalse(
            text.Contains("   at ", StringComparison.Ordinal) || text.Contains("Unhandled exception", StringComparison.OrdinalIgnoreCase),
            $"A stack trace was printed:\n{text}");
    }

    /// <summary>Everything known about the run, for a message.</summary>
    internal string Report()
    {
        return $"{CommandLine}\n--- output\n{Output}\n--- error\n{Error}\n---";
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_stopped && !_process.HasExited)
        {
            Signals.Send(_process.Id, Signals.Interrupt);
            if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
            {
                Kill();
            }
        }

        _process.Dispose();
        _ready.Dispose();
    }

    /// <summary>The assembly of a sample in the artifacts folder that this test assembly lies in, built in the same configuration.</summary>
    private static string AssemblyPath(string sample)
    {
        // artifacts/bin/NanoTcp.Tests/debug/ -> artifacts/bin/SAMPLE/debug/
        DirectoryInfo configuration = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string path = Path.Combine(configuration.Parent!.Parent!.FullName, sample, configuration.Name, sample + ".dll");
        Assert.IsTrue(File.Exists(path), $"{path} does not exist: build the solution.");
        return path;
    }

    /// <summary>The dotnet command that runs this test.</summary>
    private static string DotnetHost()
    {
        string? self = Environment.ProcessPath;
        return self != null && Path.GetFileNameWithoutExtension(self) == "dotnet"
            ? self
            : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
    }

    private static string Text(StringBuilder lines)
    {
        lock (lines)
        {
            return lines.ToString();
        }
    }

    private void Kill()
    {
        Signals.Send(_process.Id, Signals.Kill);
        _process.WaitForExit(TimeSpan.FromSeconds(5));
    }

    private void Collect(StringBuilder lines, string? line)
    {
        lock (lines)
        {
            if (line != null)
            {
                lines.Append(line).Append('\n');
            }
        }

        // A closed stream means that it ended: no use in waiting longer.
        if (line == null || line.Contains(_readyText, StringComparison.Ordinal))
        {
            try
            {
                _ready.Set();
            }
            catch (ObjectDisposedException)
            {
                // It said something after the test was over.
            }
        }
    }
}
