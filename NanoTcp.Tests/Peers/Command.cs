using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;

namespace NanoTcp.Tests.Peers;

/// <summary>Runs a command of the machine, with a bound on its time.</summary>
internal static class Command
{
    /// <summary>Runs a command to its end.</summary>
    /// <param name="seconds">After that it is killed, with what it started, and the test fails.</param>
    /// <param name="arguments">The command and its arguments.</param>
    internal static CommandResult Run(int seconds, IReadOnlyList<string> arguments)
    {
        string text = string.Join(' ', arguments);
        using Process process = Start(arguments);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(seconds)))
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            Assert.Fail($"{text}\nhas not ended in {seconds} s. It said:\n{Finished(output)}\n{Finished(error)}");
        }

        return new CommandResult(text, process.ExitCode, Finished(output), Finished(error));
    }

    /// <summary>Starts a command with all three streams redirected.</summary>
    internal static Process Start(IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = new(PeerTools.Find(arguments[0]) ?? arguments[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["LC_ALL"] = "C";
        for (int i = 1; i < arguments.Count; i++)
        {
            start.ArgumentList.Add(arguments[i]);
        }

        try
        {
            return Process.Start(start) ?? throw new IOException($"{arguments[0]} did not start.");
        }
        catch (Win32Exception problem)
        {
            throw new IOException($"{arguments[0]} cannot be started: {problem.Message}", problem);
        }
    }

    /// <summary>What a stream held, but without waiting for ever on somebody who inherited it.</summary>
    private static string Finished(Task<string> stream)
    {
        return stream.Wait(TimeSpan.FromSeconds(30)) ? stream.Result : "(the stream stayed open)";
    }
}
