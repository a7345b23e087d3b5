using NanoTcp.Host.Hosting;
using NanoTcp.Samples.Http;
using NanoTcp.Services;

const int DevicePort = 80;
const int PreferredPort = 8080;

return HostProgram.Run(
    args,
    new HostProgramDescription
    {
        Summary = "A web server on NanoTcp that shows the status of its own stack: a page, JSON, metrics, and bytes to measure with.",
        Command = "HttpStatusServer",
        Examples =
        [
            "",
            "--listen 0 --no-chip",
            "--pcap trace.pcapng --connections 4",
            "--tap tap0 --ip 10.20.0.2/24 --gateway 10.20.0.1",
            "--tap tap0 --dhcp --hostname kitchen",
        ],
        ListenHelp = "Port on 127.0.0.1 that leads to the server, when there is no TAP interface; 0 takes a free one. [default: 8080, or a free one]",
        ListenExample = PreferredPort,
        Services = [new MdnsService("NanoTcp status", "_http._tcp", DevicePort, ["path=/"])],
    },
    program =>
    {
        HttpServer server = new(program.Network.Device, DevicePort, program.Options.Connections);
        if (program.Network.Services is { } services)
        {
            server.Show(services);
        }

        program.AddService(server.Poll);
        string site = program.Expose(DevicePort, program.Options.ListenPort, PreferredPort);

        program.PrintSetting("NanoTcp HTTP status server");
        program.Print("");
        program.Print($"Open http://{site}/ in a browser, or type:");
        program.Print($"  curl http://{site}/api/status");
        program.Print($"  curl http://{site}/metrics");
        program.Print($"  curl -o /dev/null http://{site}/bytes/10000000");
        if (program.OverTap)
        {
            program.Print($"  ping {site}");
        }

        if (program.LocalName is { } name)
        {
            program.Print($"On its link it is found as http://{name}/ too.");
        }

        program.Print("Ctrl-C stops.");
    });
