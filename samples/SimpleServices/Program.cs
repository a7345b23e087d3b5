using NanoTcp;
using NanoTcp.Host.Hosting;
using NanoTcp.Samples.Http;
using NanoTcp.Samples.Services;

const int HttpPort = 80;
const int DefaultBase = 8000;

return HostProgram.Run(
    args,
    new HostProgramDescription
    {
        Summary = "The classic small services on one NanoTcp stack: echo (7, with --tap by UDP too), discard (9), daytime (13), chargen (19), and HTTP /bytes/N (80). "
            + "With --connect it is a client instead.",
        Command = "SimpleServices",
        Examples =
        [
            "--listen 9000",
            "--tap tap0",
            "--connect 127.0.0.1:22 < /dev/null",
            "--tap tap0 --connect 192.168.77.1:8000 < request.bin > answer.bin",
        ],
        ListenHelp = "First of the ports on 127.0.0.1 that lead to the services, when there is no TAP interface: BASE+7 is echo, "
            + "BASE+9 discard, BASE+13 daytime, BASE+19 chargen, BASE+80 HTTP; 0 takes free ones. [default: 8000, or free ones]",
        ListenValueName = "BASE",
        ListenExample = DefaultBase,
        LargestListenPort = 65535 - HttpPort,
        IsClientToo = true,
    },
    program =>
    {
        if (program.Options.ConnectPort != 0)
        {
            program.Connect();
        }
        else
        {
            Serve(program);
        }
    });

static void Serve(HostProgram program)
{
    NetworkStack stack = program.Network.Device;
    int clients = program.Options.Connections;
    program.AddService(new EchoService(stack, EchoService.DefaultPort, clients).Poll);
    program.AddService(new UdpEchoService(stack, UdpEchoService.DefaultPort).Poll);
    program.AddService(new DiscardService(stack, DiscardService.DefaultPort, clients).Poll);
    program.AddService(new DaytimeService(stack, DaytimeService.DefaultPort, clients, new SystemWallClock()).Poll);
    program.AddService(new ChargenService(stack, ChargenService.DefaultPort, clients).Poll);
    program.AddService(new HttpServer(stack, HttpPort, clients).Poll);

    string echo = Expose(program, EchoService.DefaultPort);
    string discard = Expose(program, DiscardService.DefaultPort);
    string daytime = Expose(program, DaytimeService.DefaultPort);
    string chargen = Expose(program, ChargenService.DefaultPort);
    string site = Expose(program, HttpPort);

    program.PrintSetting("NanoTcp simple services");
    program.Print("");
    program.Print("Type:");
    Suggest(program, "echo", $"echo hello | nc -N {Words(echo)}");
    Suggest(program, "discard", $"head -c 1000000 /dev/zero | nc -N {Words(discard)}");
    Suggest(program, "daytime", $"nc {Words(daytime)}");
    Suggest(program, "chargen", $"nc {Words(chargen)} | head -20");
    Suggest(program, "http", $"curl -o /dev/null http://{site}/bytes/10000000");
    if (program.OverTap)
    {
        Suggest(program, "ping", $"ping {site}");
        Suggest(program, "udp echo", $"echo hello | nc -u -w 1 {Words(echo)}");
    }

    program.Print("Ctrl-C stops.");
}

static string Expose(HostProgram program, int port)
{
    int? listen = program.Options.ListenPort;
    return program.Expose(port, listen is null or 0 ? listen : listen + port, DefaultBase + port);
}

static void Suggest(HostProgram program, string what, string command)
{
    program.Print($"  {what,-9}{command}");
}

static string Words(string address)
{
    return address.Replace(':', ' ');
}
