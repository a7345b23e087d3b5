using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using NanoTcp.Emulation;
using NanoTcp.Host.Hosting;
using NanoTcp.Wire;

namespace NanoTcp.Tests.Host;

[TestClass]
public sealed class HostCommandLineTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [TestMethod]
    public void Without_options_the_defaults_hold()
    {
        HostOptions options = Parse("")!;

        Assert.IsNull(options.Tap);
        Assert.AreEqual("192.168.77.2", Ipv4Address.ToText(options.Address));
        Assert.AreEqual(24, options.PrefixLength);
        Assert.AreEqual(0u, options.Gateway);
        Assert.AreEqual("192.168.77.1", Ipv4Address.ToText(options.PeerAddress));
        Assert.AreEqual("02:00:00:77:00:02", MacAddress.ToText(options.MacAddress));
        Assert.IsNull(options.CaptureFile);
        Assert.IsTrue(options.UseChip);
        Assert.IsNull(options.ListenPort);
        Assert.AreEqual(16, options.Connections);
        Assert.AreEqual(2048, options.BufferSize);
        Assert.AreEqual(0, options.MaxSegmentSize);
        Assert.AreEqual(0, options.ConnectPort);
    }

    [TestMethod]
    public void Every_option_is_read()
    {
        HostOptions options = Parse("--tap nt9 --ip 10.1.0.1/16 --gateway 10.1.2.3 --mac 02-00-00-00-00-0a --pcap x.pcapng --no-chip "
            + "--connections 1024 --buffer=65535 --mss 64 --connect 10.1.2.4:65535")!;

        Assert.AreEqual("nt9", options.Tap);
        Assert.AreEqual("10.1.0.1", Ipv4Address.ToText(options.Address));
        Assert.AreEqual(16, options.PrefixLength);
        Assert.AreEqual("10.1.2.3", Ipv4Address.ToText(options.Gateway));
        Assert.AreEqual(options.Gateway, options.PeerAddress);
        Assert.AreEqual(0x02000000000A, options.MacAddress);
        Assert.AreEqual("x.pcapng", options.CaptureFile);
        Assert.IsFalse(options.UseChip);
        Assert.AreEqual(1024, options.Connections);
        Assert.AreEqual(65535, options.BufferSize);
        Assert.AreEqual(64, options.MaxSegmentSize);
        Assert.AreEqual("10.1.2.4", Ipv4Address.ToText(options.ConnectAddress));
        Assert.AreEqual(65535, options.ConnectPort);
        Assert.AreEqual(0, Parse("--listen 0 --chip")!.ListenPort);
        Assert.IsFalse(options.Dhcp);
        Assert.AreEqual("nanotcp", options.HostName);
        options = Parse("--tap nt9 --dhcp --hostname kitchen-2 --connect 192.168.77.2:80")!;
        Assert.IsTrue(options.Dhcp);
        Assert.AreEqual("kitchen-2", options.HostName);
    }

    [TestMethod]
    public void The_other_end_takes_the_second_address_when_the_device_has_the_first()
    {
        Assert.AreEqual("10.0.0.6", Ipv4Address.ToText(Parse("--ip 10.0.0.5/30")!.PeerAddress));
        Assert.AreEqual("10.0.0.5", Ipv4Address.ToText(Parse("--ip 10.0.0.6/30")!.PeerAddress));
    }

    [TestMethod]
    [DataRow("--foo", "unknown option '--foo'; --help shows what there is")]
    [DataRow("--tapp x", "unknown option '--tapp'; --help shows what there is")]
    [DataRow("-x", "unknown option '-x'; --help shows what there is")]
    [DataRow("extra", "unexpected argument 'extra'; --help shows what there is")]
    [DataRow("@file", "unexpected argument '@file'; --help shows what there is")]
    [DataRow("--chip false", "unexpected argument 'false'; --help shows what there is")]
    [DataRow("--ip", "--ip needs a value, for example --ip 192.168.77.2/24")]
    [DataRow("--ip --gateway 10.0.0.1", "--ip needs a value, for example --ip 192.168.77.2/24")]
    [DataRow("--tap", "--tap needs a value, for example --tap tap0")]
    [DataRow("--listen", "--listen needs a value, for example --listen 8000")]
    [DataRow("--connect", "--connect needs a value, for example --connect 127.0.0.1:7")]
    [DataRow("--mss 100 --mss 100", "--mss is given 2 times; give it once")]
    [DataRow("--no-chip --no-chip", "--no-chip is given 2 times; give it once")]
    [DataRow("--chip --no-chip", "--chip and --no-chip contradict each other; give one of them, or none for the chip")]
    [DataRow("--listen 1 --tap x", "--listen and --tap exclude each other: with a TAP interface programs reach the device itself; leave one out")]
    [DataRow("--listen 1 --connect 10.0.0.1:1", "--listen and --connect exclude each other: a client listens nowhere; leave one out")]
    [DataRow("--dhcp", "--dhcp needs --tap NAME: without a TAP interface there is no DHCP server at the other end of the cable; give both, or leave --dhcp out")]
    [DataRow("--dhcp --tap x --ip 10.0.0.1/8", "--dhcp and --ip contradict each other: with --dhcp the network gives the address and the router; leave one out")]
    [DataRow("--dhcp --tap x --gateway 192.168.77.1", "--dhcp and --gateway contradict each other: with --dhcp the network gives the address and the router; leave one out")]
    [DataRow("--hostname -a", "--hostname: '-a' is not a host's name; it takes 1 to 63 letters, digits and hyphens with no hyphen at its ends, for example nanotcp")]
    [DataRow("--hostname a.b", "--hostname: 'a.b' is not a host's name; it takes 1 to 63 letters, digits and hyphens with no hyphen at its ends, for example nanotcp")]
    [DataRow("--ip 1.2.3", "--ip: '1.2.3' is not an address with a prefix length; write it as A.B.C.D/NN, for example 192.168.77.2/24")]
    [DataRow("--ip 10.0.0.1", "--ip: '10.0.0.1' is not an address with a prefix length; write it as A.B.C.D/NN, for example 192.168.77.2/24")]
    [DataRow("--ip 10.0.0.1/", "--ip: '10.0.0.1/' is not an address with a prefix length; write it as A.B.C.D/NN, for example 192.168.77.2/24")]
    [DataRow("--ip 10.0.0.256/8", "--ip: '10.0.0.256/8' is not an address with a prefix length; write it as A.B.C.D/NN, for example 192.168.77.2/24")]
    [DataRow("--ip 10.0.0.1/31", "--ip: prefix length 31 is out of range; it takes 1 to 30, for example 192.168.77.2/24")]
    [DataRow("--ip 10.0.0.1/0", "--ip: prefix length 0 is out of range; it takes 1 to 30, for example 192.168.77.2/24")]
    [DataRow("--ip 10.1.0.0/24", "--ip: 10.1.0.0 is the address of the network 10.1.0.0/24 itself; hosts are 10.1.0.1 to 10.1.0.254")]
    [DataRow("--ip 10.1.0.255/24", "--ip: 10.1.0.255 is the broadcast address of the network 10.1.0.0/24; hosts are 10.1.0.1 to 10.1.0.254")]
    [DataRow("--ip 127.0.0.1/8", "--ip: 127.0.0.1 cannot be a host's address; take one of your network, for example 192.168.77.2")]
    [DataRow("--ip 224.0.0.1/8", "--ip: 224.0.0.1 cannot be a host's address; take one of your network, for example 192.168.77.2")]
    [DataRow("--ip 0.0.0.1/8", "--ip: 0.0.0.1 cannot be a host's address; take one of your network, for example 192.168.77.2")]
    [DataRow("--gateway router", "--gateway: 'router' is not an IPv4 address; write it as A.B.C.D, for example 192.168.77.1")]
    [DataRow("--gateway 10.0.0.1", "--gateway: 10.0.0.1 is outside the network 192.168.77.0/24; it takes one of 192.168.77.1 to 192.168.77.254")]
    [DataRow("--gateway 192.168.77.2", "--gateway: 192.168.77.2 is the device's own address; it takes another one of 192.168.77.1 to 192.168.77.254")]
    [DataRow("--gateway 192.168.77.255", "--gateway: 192.168.77.255 is the broadcast address of the network 192.168.77.0/24; hosts are 192.168.77.1 to 192.168.77.254")]
    [DataRow("--mac 02:00:00:00:00", "--mac: '02:00:00:00:00' is not a MAC address; write six pairs of hexadecimal digits, for example 02:00:00:77:00:02")]
    [DataRow("--mac 00:00:00:00:00:00", "--mac: 00:00:00:00:00:00 is nobody's address; take for example 02:00:00:77:00:02")]
    [DataRow("--mac 03:00:00:00:00:00", "--mac: 03:00:00:00:00:00 is a group address (its first octet is odd); a station's is even, for example 02:00:00:77:00:02")]
    [DataRow("--mac ff:ff:ff:ff:ff:ff", "--mac: ff:ff:ff:ff:ff:ff is a group address (its first octet is odd); a station's is even, for example 02:00:00:77:00:02")]
    [DataRow("--listen http", "--listen: 'http' is not a number; it takes 0 to 65455")]
    [DataRow("--listen -1", "--listen: -1 is out of range; it takes 0 to 65455")]
    [DataRow("--listen 65456", "--listen: 65456 is out of range; it takes 0 to 65455")]
    [DataRow("--connections 0", "--connections: 0 is out of range; it takes 1 to 1024")]
    [DataRow("--connections 1025", "--connections: 1025 is out of range; it takes 1 to 1024")]
    [DataRow("--connections 99999999999999999999", "--connections: 99999999999999999999 is out of range; it takes 1 to 1024")]
    [DataRow("--connections 1.5", "--connections: '1.5' is not a number; it takes 1 to 1024")]
    [DataRow("--buffer 255", "--buffer: 255 is out of range; it takes 256 to 65535")]
    [DataRow("--buffer 65536", "--buffer: 65536 is out of range; it takes 256 to 65535")]
    [DataRow("--mss 63", "--mss: 63 is out of range; it takes 64 to 1460")]
    [DataRow("--mss 1461", "--mss: 1461 is out of range; it takes 64 to 1460")]
    [DataRow("--tap sixteencharslong", "--tap: interface name 'sixteencharslong' is too long: the kernel takes at most 15 characters, for example tap0")]
    [DataRow("--connect host", "--connect: 'host' is not an address with a port; write it as A.B.C.D:PORT, for example 127.0.0.1:7")]
    [DataRow("--connect 10.0.0.1:0", "--connect: port 0 is out of range; it takes 1 to 65535, for example 127.0.0.1:7")]
    [DataRow("--connect 10.0.0.1:65536", "--connect: port 65536 is out of range; it takes 1 to 65535, for example 127.0.0.1:7")]
    [DataRow("--connect 224.0.0.1:80", "--connect: 224.0.0.1 is no host's address; TCP connects one host with one other")]
    [DataRow("--connect 192.168.77.2:80", "--connect: that is the device's own address; give the address of another host")]
    public void What_is_wrong_is_said_in_one_line(string commandLine, string message)
    {
        AssertRefused(message, commandLine.Split(' '));
    }

    [TestMethod]
    public void An_empty_value_is_wrong_too()
    {
        AssertRefused("--pcap: a file name is needed, for example --pcap trace.pcapng", "--pcap", "");
        AssertRefused("--tap: an interface name has 1 to 15 characters, for example tap0", "--tap", "");
        AssertRefused("--listen: '' is not a number; it takes 0 to 65455", "--listen", "");
    }

    [TestMethod]
    public void A_capture_that_cannot_be_written_is_said_in_one_line()
    {
        string folder = Path.Combine(Path.GetTempPath(), "nanotcp-" + Guid.NewGuid().ToString("N"));
        string file = Path.Combine(folder, "x.pcapng");
        AssertRefused($"--pcap: cannot write '{file}': there is no such folder; make it first or choose another", "--pcap", file);
        string temporary = Path.GetTempPath();
        AssertRefused($"--pcap: cannot write '{temporary}': that is a folder; give the name of a file", "--pcap", temporary);
    }

    [TestMethod]
    public void A_port_in_use_is_said_in_one_line()
    {
        using Socket other = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        int port = ((IPEndPoint)other.LocalEndPoint!).Port;

        AssertRefused(
            $"--listen: port {port} on 127.0.0.1 is in use by another program; choose another, or 0 for a free one",
            "--listen", port.ToString(CultureInfo.InvariantCulture));
    }

    [TestMethod]
    public void A_preferred_port_in_use_gives_way_to_a_free_one()
    {
        using Socket other = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        int port = ((IPEndPoint)other.LocalEndPoint!).Port;
        string exposed = "";

        int exitCode = HostProgram.Run(
            [],
            Description(port),
            program =>
            {
                exposed = program.Expose(80, program.Options.ListenPort, port);
                program.Network.Loop.Stop();
            },
            _output,
            _error);

        Assert.AreEqual(0, exitCode, _error.ToString());
        StringAssert.StartsWith(exposed, "127.0.0.1:");
        Assert.AreNotEqual($"127.0.0.1:{port}", exposed);
    }

    [TestMethod]
    public void A_standard_output_that_cannot_be_written_is_one_line_and_exit_code_1()
    {
        int exitCode = HostProgram.Run(
            ["--no-chip"], Description(0), _ => throw new IOException("No space left on device"), _output, _error);

        Assert.AreEqual(1, exitCode);
        Assert.AreEqual("cannot print to standard output: No space left on device" + Environment.NewLine, _error.ToString());
    }

    [TestMethod]
    [Timeout(120_000)]
    public void What_is_wrong_with_the_chip_is_said_on_standard_error_once_and_so_is_its_return()
    {
        int exitCode = Run(
            program =>
            {
                Enc28j60Faults faults = program.Network.Chip!.Faults;
                faults.Unplugged = true;
                program.AddService(_ =>
                {
                    string said = _error.ToString();
                    faults.Unplugged &= !said.Contains("MISO", StringComparison.Ordinal);
                    if (said.Contains("link up", StringComparison.Ordinal))
                    {
                        program.Network.Loop.Stop();
                    }

                    return false;
                });
            },
            "--listen",
            "0");

        Assert.AreEqual(0, exitCode);
        string[] expected = ["ENC28J60: no answer on MISO (reads FF): check wiring and chip select", "ENC28J60 B7: link up", ""];
        CollectionAssert.AreEqual(expected, _error.ToString().Split(Environment.NewLine), _error.ToString());
        Assert.AreEqual("", _output.ToString(), "where a client's data go");
    }

    [TestMethod]
    public void Of_a_chip_in_order_nothing_is_said()
    {
        Assert.AreEqual(0, Run(program => program.Network.Loop.Stop(), "--listen", "0"));
        Assert.AreEqual("", _error.ToString());
    }

    [TestMethod]
    public void A_client_without_TAP_reaches_this_computer_only()
    {
        Assert.AreEqual(2, Run(program => program.Connect(), "--connect", "10.0.0.1:80"));
        Assert.AreEqual(
            "--connect: without --tap only this computer can be reached, as 127.0.0.1:80; give --tap NAME to reach others" + Environment.NewLine,
            _error.ToString());
    }

    [TestMethod]
    [DataRow("--help")]
    [DataRow("-h")]
    [DataRow("--ip nonsense --help")]
    public void Help_goes_to_standard_output_and_fits_a_terminal(string commandLine)
    {
        Assert.IsNull(new HostCommandLine(Description(8000)).Parse(commandLine.Split(' '), _output, _error, out int exitCode));

        Assert.AreEqual(0, exitCode);
        Assert.AreEqual("", _error.ToString());
        string help = _output.ToString();
        foreach (string option in new[] { "--tap NAME", "--ip A.B.C.D/NN", "--gateway A.B.C.D", "--dhcp", "--hostname NAME", "--mac ADDRESS", "--pcap FILE", "--chip", "--no-chip",
            "--listen BASE", "--connections N", "--buffer BYTES", "--mss N", "--connect ADDRESS:PORT", "--help" })
        {
            StringAssert.Contains(help, "  " + option);
        }

        string[] lines = help.Split('\n');
        Assert.IsTrue(lines.All(line => line.Length <= 79 && line.TrimEnd() == line), help);
    }

    private static HostProgramDescription Description(int example)
    {
        return new HostProgramDescription
        {
            Command = "Test",
            Summary = "What it does.",
            Examples = ["", "--tap tap0"],
            ListenHelp = "What listening means.",
            ListenExample = example,
            ListenValueName = "BASE",
            LargestListenPort = 65455,
            IsClientToo = true,
        };
    }

    private HostOptions? Parse(string commandLine)
    {
        HostOptions? options = new HostCommandLine(Description(8000)).Parse(
            commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries), _output, _error, out int exitCode);
        Assert.AreEqual(0, exitCode, _error.ToString());
        return options;
    }

    private int Run(Action<HostProgram> compose, params string[] arguments)
    {
        return HostProgram.Run(arguments, Description(8000), compose, _output, _error);
    }

    private void AssertRefused(string message, params string[] arguments)
    {
        _error.GetStringBuilder().Clear();
        int exitCode = Run(
            program =>
            {
                program.Expose(80, program.Options.ListenPort, 0);
                program.Network.Loop.Stop();
            },
            arguments);
        Assert.AreEqual(message + Environment.NewLine, _error.ToString());
        Assert.AreEqual("", _output.ToString());
        Assert.AreEqual(2, exitCode);
    }
}
