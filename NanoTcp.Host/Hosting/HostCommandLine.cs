using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.IO;
using System.Linq;

namespace NanoTcp.Host.Hosting;

/// <summary>
/// The command line that all programs on the desktop share. Whatever is wrong with it is said in one line on standard
/// error, and the exit code is 2.
/// </summary>
public sealed class HostCommandLine
{
    /// <summary>Exit code for a command line that cannot be obeyed.</summary>
    public const int BadCommandLine = 2;

    private readonly HostProgramDescription _description;
    private readonly RootCommand _command;
    private readonly Option<string> _tap = Value("--tap", "NAME");
    private readonly Option<string> _ip = Value("--ip", "A.B.C.D/NN");
    private readonly Option<string> _gateway = Value("--gateway", "A.B.C.D");
    private readonly Option<bool> _dhcp = new("--dhcp") { Arity = ArgumentArity.Zero };
    private readonly Option<string> _hostName = Value("--hostname", "NAME");
    private readonly Option<string> _mac = Value("--mac", "ADDRESS");
    private readonly Option<string> _pcap = Value("--pcap", "FILE");
    private readonly Option<bool> _chip = new("--chip") { Arity = ArgumentArity.Zero };
    private readonly Option<bool> _noChip = new("--no-chip") { Arity = ArgumentArity.Zero };
    private readonly Option<string> _listen;
    private readonly Option<string> _connections = Value("--connections", "N");
    private readonly Option<string> _buffer = Value("--buffer", "BYTES");
    private readonly Option<string> _mss = Value("--mss", "N");
    private readonly Option<string>? _connect;
    private readonly Dictionary<Option, string> _examples = [];

    /// <summary>Makes the command line of one program.</summary>
    public HostCommandLine(HostProgramDescription description)
    {
        ArgumentNullException.ThrowIfNull(description);
        _description = description;
        _command = new RootCommand(description.Summary);
        _listen = Value("--listen", description.ListenValueName);
        if (description.IsClientToo)
        {
            _connect = Value("--connect", "ADDRESS:PORT");
            Add(_connect, "Be a client instead: send standard input there, print what comes back.", "127.0.0.1:7");
        }

        Add(_tap, "Connect the device to the TAP interface NAME of the Linux kernel, so that every program can reach it. Made when it does not exist (needs root), used as it is when it does.", "tap0");
        Add(_listen, description.ListenHelp, description.ListenExample.ToString(null, null));
        Add(_ip, "The device's address and prefix length. [default: 192.168.77.2/24]", "192.168.77.2/24");
        Add(_gateway, "The device's router; also the address of the other end of the cable. [default: no router; the other end is the first free address, 192.168.77.1]", "192.168.77.1");
        Add(_dhcp, "Get address and router from a DHCP server behind the TAP interface instead; as long as none answers, the device has an address of 169.254/16. Put the interface into a bridge with a network that has a server, or run one on it. An interface that is made for this run has 192.168.77.1/24 on the kernel's side; one that exists keeps what it has.", "");
        Add(_hostName, "The device's name, which DHCP servers are told. [default: nanotcp]", "nanotcp");
        Add(_mac, "The device's Ethernet address. [default: 02:00:00:77:00:02]", "02:00:00:77:00:02");
        Add(_chip, "Run through the driver and an emulated ENC28J60. [default]", "");
        Add(_noChip, "Put the stack straight on the cable, without chip and driver.", "");
        Add(_connections, "TCP connections the device can hold, 1 to 1024. [default: 16]", "16");
        Add(_buffer, "Bytes of each connection's receive ring, and of its send ring, 256 to 65535. [default: 2048]", "2048");
        Add(_mss, "Largest TCP segment, 64 to 1460. [default: 1460, what Ethernet carries]", "1460");
        Add(_pcap, "Write every frame on the cable to FILE, for Wireshark and tshark (pcapng).", "trace.pcapng");
        HelpOption help = _command.Options.OfType<HelpOption>().Single();
        help.Description = "Print this and exit.";
        help.Action = new PrintHelp(this);
        _command.Options.OfType<VersionOption>().Single().Description = "Print the version and exit.";
    }

    /// <summary>Reads a command line.</summary>
    /// <param name="arguments">The arguments of the program.</param>
    /// <param name="output">Where help goes.</param>
    /// <param name="error">Where the one line goes that says what is wrong.</param>
    /// <param name="exitCode">What the program must exit with when the result is null.</param>
    /// <returns>The options, or null when the program has nothing more to do.</returns>
    public HostOptions? Parse(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, out int exitCode)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        ParseResult result = _command.Parse(arguments, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        if (result.Action != null && result.Action is not ParseErrorAction)
        {
            exitCode = result.Invoke(new InvocationConfiguration { Output = output, Error = error });
            return null;
        }

        try
        {
            exitCode = 0;
            return Read(result);
        }
        catch (HostException e)
        {
            error.WriteLine(e.Message);
            exitCode = BadCommandLine;
            return null;
        }
    }

    /// <summary>What <c>--help</c> prints.</summary>
    internal string HelpText()
    {
        return HelpPage.Write(_description, _command.Options);
    }

    private static Option<string> Value(string name, string valueName)
    {
        return new Option<string>(name) { HelpName = valueName, Arity = ArgumentArity.ExactlyOne };
    }

    private void Add(Option option, string help, string example)
    {
        option.Description = help;
        _examples.Add(option, example);
        _command.Options.Add(option);
    }

    private HostOptions Read(ParseResult result)
    {
        CheckForm(result);
        HostOptions options = new();
        if (Text(result, _tap) is { } tap)
        {
            options.Tap = OptionValues.TapName("--tap", tap);
        }

        if (Text(result, _ip) is { } ip)
        {
            OptionValues.AddressWithPrefix("--ip", ip, options);
        }

        if (Text(result, _gateway) is { } gateway)
        {
            OptionValues.Gateway("--gateway", gateway, options);
        }

        options.Dhcp = result.GetResult(_dhcp) is { Implicit: false };
        if (Text(result, _hostName) is { } hostName)
        {
            options.HostName = OptionValues.HostName("--hostname", hostName);
        }

        if (Text(result, _mac) is { } mac)
        {
            options.MacAddress = OptionValues.Mac("--mac", mac);
        }

        if (Text(result, _listen) is { } listen)
        {
            options.ListenPort = OptionValues.Number("--listen", listen, 0, _description.LargestListenPort);
        }

        if (Text(result, _connections) is { } connections)
        {
            options.Connections = OptionValues.Number("--connections", connections, 1, 1024);
        }

        if (Text(result, _buffer) is { } buffer)
        {
            options.BufferSize = OptionValues.Number("--buffer", buffer, 256, 65535);
        }

        if (Text(result, _mss) is { } mss)
        {
            options.MaxSegmentSize = OptionValues.Number("--mss", mss, 64, 1460);
        }

        if (_connect != null && Text(result, _connect) is { } connect)
        {
            OptionValues.Target("--connect", connect, options);
        }

        options.CaptureFile = Text(result, _pcap);
        if (options.CaptureFile?.Length == 0)
        {
            throw new HostException("--pcap: a file name is needed, for example --pcap trace.pcapng");
        }

        CheckTogether(result, options);
        return options;
    }

    private void CheckTogether(ParseResult result, HostOptions options)
    {
        bool chip = result.GetResult(_chip) is { Implicit: false };
        bool noChip = result.GetResult(_noChip) is { Implicit: false };
        if (chip && noChip)
        {
            throw new HostException("--chip and --no-chip contradict each other; give one of them, or none for the chip");
        }

        options.UseChip = !noChip;
        if (options.Dhcp)
        {
            CheckDhcp(result, options);
        }

        if (options.Tap != null && options.ListenPort != null)
        {
            throw new HostException("--listen and --tap exclude each other: with a TAP interface programs reach the device itself; leave one out");
        }

        if (options.ConnectPort != 0 && options.ListenPort != null)
        {
            throw new HostException("--listen and --connect exclude each other: a client listens nowhere; leave one out");
        }

        if (options.ConnectPort != 0 && !options.Dhcp && options.ConnectAddress == options.Address)
        {
            throw new HostException("--connect: that is the device's own address; give the address of another host");
        }
    }

    private void CheckDhcp(ParseResult result, HostOptions options)
    {
        if (options.Tap == null)
        {
            throw new HostException("--dhcp needs --tap NAME: without a TAP interface there is no DHCP server at the other end of the cable; give both, or leave --dhcp out");
        }

        if (Text(result, _ip) != null || Text(result, _gateway) != null)
        {
            string other = Text(result, _ip) != null ? "--ip" : "--gateway";
            throw new HostException($"--dhcp and {other} contradict each other: with --dhcp the network gives the address and the router; leave one out");
        }
    }

    /// <summary>What is wrong with the command line before any value is looked at.</summary>
    private void CheckForm(ParseResult result)
    {
        foreach ((Option option, string example) in _examples)
        {
            // An option that follows where a value should be is what the parser takes for the value.
            if (result.GetResult(option) is { Implicit: false, Tokens: [{ Value: ['-', '-', ..] }, ..] } given && given.IdentifierTokenCount == 1)
            {
                throw NeedsValue(option, example);
            }
        }

        if (result.UnmatchedTokens.Count != 0)
        {
            string token = result.UnmatchedTokens[0];
            string kind = token.StartsWith('-') ? "unknown option" : "unexpected argument";
            throw new HostException($"{kind} '{token}'; --help shows what there is");
        }

        foreach ((Option option, string example) in _examples)
        {
            if (result.GetResult(option) is not { Implicit: false } given)
            {
                continue;
            }

            if (given.IdentifierTokenCount > 1)
            {
                throw new HostException($"{option.Name} is given {given.IdentifierTokenCount} times; give it once");
            }

            if (option.Arity.MinimumNumberOfValues != 0 && given.Tokens.Count == 0)
            {
                throw NeedsValue(option, example);
            }
        }

        if (result.Errors.Count != 0)
        {
            throw new HostException(string.Join(' ', result.Errors.Select(e => e.Message.ReplaceLineEndings(" "))));
        }
    }

    private static HostException NeedsValue(Option option, string example)
    {
        return new HostException($"{option.Name} needs a value, for example {option.Name} {example}");
    }

    private static string? Text(ParseResult result, Option<string> option)
    {
        return result.GetResult(option) is { Implicit: false, Tokens.Count: 1 } given ? given.Tokens[0].Value : null;
    }

    private sealed class PrintHelp(HostCommandLine owner) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.Write(owner.HelpText());
            return 0;
        }
    }
}
