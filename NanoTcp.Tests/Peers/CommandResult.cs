namespace NanoTcp.Tests.Peers;

/// <summary>How a command ended and what it said.</summary>
internal sealed record CommandResult(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>Fails the test unless the command ended with 0.</summary>
    internal CommandResult Succeeded()
    {
        Assert.AreEqual(0, ExitCode, ToString());
        return this;
    }

    public override string ToString()
    {
        return $"{Command}\nexit code {ExitCode}\n{Output}\n{Error}";
    }
}
