using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using NanoTcp.Tests.Architecture;
using NanoTcp.Tests.CompiledCode;

namespace NanoTcp.Tests.DeviceCode;

/// <summary>
/// Once everything has been constructed, the stack, the driver, the streams and the services take no memory on the device,
/// whatever arrives and whatever their users do, but for misuse.
/// </summary>
[TestClass]
public class DeviceAllocationTests
{
    private const string Misuse = "misuse, looked for on behalf of public methods";
    private const string Stream = "as streams do, it tells of the end of time or of the connection by an exception";
    private const string Once = "once in the life of a program";
    private const string Person = "for a person who asks";
    private const string Firmware = "the firmware's SPI class takes octets as SpanByte only; operations of two octets go the other way, as one reused word";

    private static readonly Allowed[] s_allowed =
    [
        new(Allowance.Throw, "NanoTcp.NetworkStack::CheckPort", Misuse),
        new(Allowance.Throw, "NanoTcp.NetworkStack::CheckGroup", Misuse),
        new(Allowance.Everything, "NanoTcp.NetworkStack::CreateUdpSocket", "takes the memory of a socket, " + Once),
        new(Allowance.Throw, "NanoTcp.NetworkStackOptions::ValidateAddress", Misuse),
        new(Allowance.Throw, "NanoTcp.Services.DnsClient::CheckName", Misuse),
        new(Allowance.Throw, "NanoTcp.Services.DnsClient::CheckPlace", Misuse),
        new(Allowance.Throw, "NanoTcp.Services.DnsClient::Get", Misuse),
        new(Allowance.Throw, "NanoTcp.Services.SntpClient::CheckPlace", Misuse),
        new(Allowance.Throw, "NanoTcp.Ip.MulticastGroups::Join", Misuse),
        new(Allowance.Throw, "NanoTcp.Ip.MulticastGroups::FindPlace", Misuse),
        new(Allowance.Throw, "NanoTcp.Ip.MulticastGroups::Leave", Misuse),
        new(Allowance.Throw, "NanoTcp.Tcp.TcpConnection::CheckOwned", Misuse),
        new(Allowance.Throw, "NanoTcp.Primitives.Argument::CheckRange", Misuse),
        new(Allowance.Throw, "NanoTcp.Tcp.TcpConnection::Write", Misuse),
        new(Allowance.Throw, "NanoTcp.Tcp.TcpListener::CheckOpen", Misuse),
        new(Allowance.Throw, "NanoTcp.Tcp.TcpSettings::SetInterval", Misuse),
        new(Allowance.Throw, "NanoTcp.Tcp.TcpSettings::SetProbes", Misuse),
        new(Allowance.Throw, "NanoTcp.Tcp.TcpSettings::SetTimeout", Misuse),
        new(Allowance.Throw, "NanoTcp.Udp.UdpSocket::CheckValue", Misuse),
        new(Allowance.Throw, "NanoTcp.Udp.UdpSocket::ChoosePort", Misuse),
        new(Allowance.Throw, "NanoTcp.Udp.UdpSocket::Enqueue", Misuse),
        new(Allowance.Throw, "NanoTcp.Services.MdnsResolver::ReadName", Misuse),
        new(Allowance.Throw, "NanoTcp.Drivers.Enc28j60.Enc28j60Driver::CheckRange", Misuse),
        new(Allowance.Throw, "NanoTcp.Drivers.Enc28j60.Enc28j60Filter::CheckGroup", Misuse),
        new(Allowance.Throw, "NanoTcp.Drivers.Enc28j60.Enc28j60Filter::Join", Misuse),
        new(Allowance.Throw, "NanoTcp.Drivers.Enc28j60.Enc28j60Filter::Leave", Misuse),
        new(Allowance.Throw, "NanoTcp.Emulation.Enc28j60Chip::CheckRange", Misuse),
        new(Allowance.Throw, "NanoTcp.Sockets.NetworkRunner::CheckEntered", Misuse),
        new(Allowance.Throw, "NanoTcp.Sockets.NetworkRunner::EnterToWait", Misuse),
        new(Allowance.Throw, "NanoTcp.Sockets.NanoTcpStream::BeginCall", Misuse),
        new(Allowance.Throw, "NanoTcp.Sockets.NanoTcpStream::BeginOpening", Misuse),
        new(Allowance.Throw, "NanoTcp.Sockets.NanoTcpStream::OpenConnection", Misuse),
        new(Allowance.Throw, "NanoTcp.Sockets.NanoTcpServer::TakeNext", "the server was closed by another thread, " + Once),
        new(Allowance.Throw, "NanoTcp.Sockets.NetworkRunner::CheckRunning", "the runner was stopped, " + Once),
        new(Allowance.Throw, "NanoTcp.Sockets.NanoTcpStream::Open", Stream),
        new(Allowance.Throw, "NanoTcp.Sockets.NanoTcpStream::ReadOrWait", Stream),
        new(Allowance.Throw, "NanoTcp.Sockets.NanoTcpStream::TakeConnection", Stream),
        new(Allowance.Throw, "NanoTcp.Sockets.NanoTcpStream::WriteOrWait", Stream),
        new(Allowance.Everything, "NanoTcp.Sockets.NetworkRunner::Start", "begins the thread, " + Once),
        new(Allowance.Everything, "NanoTcp.Sockets.NetworkRunner::Stop", "ends the thread, " + Once),
        new(Allowance.Everything, "NanoTcp.Drivers.Enc28j60.NanoFrameworkSpiBus::Transfer", Firmware),
        new(Allowance.Everything, "NanoTcp.Drivers.Enc28j60.NanoFrameworkSpiBus::Write", Firmware),
        new(Allowance.Everything, "NanoTcp.Services.MdnsResponder::get_HostName", Person),
        new(Allowance.Everything, "NanoTcp.Drivers.Enc28j60.Enc28j60Driver::get_ProblemText", Person),
        new(Allowance.Everything, "NanoTcp.Drivers.Enc28j60.Enc28j60Driver::WriteReport", Person),
        new(Allowance.Everything, "NanoTcp.Services.HostNotices::Take", Person),
    ];

    /// <summary>Types whose public methods and properties are where the check begins.</summary>
    private static readonly string[] s_roots =
    [
        "NanoTcp.NetworkStack", "NanoTcp.Tcp.TcpConnection", "NanoTcp.Tcp.TcpListener", "NanoTcp.Udp.UdpSocket",
        "NanoTcp.Services.MdnsResponder", "NanoTcp.Services.MdnsResolver",
        "NanoTcp.Services.DnsClient", "NanoTcp.Services.SntpClient",
        "NanoTcp.Services.HostConfiguration", "NanoTcp.Services.HostNotices",
        "NanoTcp.Sockets.NanoTcpStream", "NanoTcp.Sockets.BlockingStream", "NanoTcp.Sockets.NanoTcpServer", "NanoTcp.Sockets.NetworkRunner",
        "NanoTcp.Link.ILinkDevice", "NanoTcp.Link.IMulticastFilter", "NanoTcp.Drivers.Enc28j60.Enc28j60Driver", "NanoTcp.Samples.IService",
    ];

    [TestMethod]
    public void Nothing_that_runs_for_a_frame_a_connection_or_a_request_takes_memory()
    {
        CodeWorld world = Open();
        IReadOnlyList<AllocationFinding> findings = AllocationCheck.Run(world, Roots(world), s_allowed, out _);
        if (findings.Count != 0)
        {
            Assert.Fail($"{findings.Count} findings; take the memory in a constructor, or add the method to the list of what is allowed, with "
                + $"its reason:\n{string.Join('\n', findings)}");
        }
    }

    [TestMethod]
    public void What_is_allowed_is_needed()
    {
        CodeWorld world = Open();
        List<CodeMethod> roots = Roots(world).ToList();
        string[] idle = s_allowed.Where(a => AllocationCheck.Run(world, roots, s_allowed.Except([a]).ToArray(), out _).Count == 0)
            .Select(a => a.Place).ToArray();
        Assert.AreEqual(0, idle.Length, $"Take from the list, they take nothing:\n{string.Join('\n', idle)}");
    }

    /// <summary>Guards against a check that finds nothing because it does not come far: from each root, what lies deepest.</summary>
    [TestMethod]
    [DataRow("NanoTcp.Wire.InternetChecksum::Sum")]
    [DataRow("NanoTcp.Tcp.Cubic::Curve")]
    [DataRow("NanoTcp.Primitives.RingBuffer::Place")]
    [DataRow("NanoTcp.Udp.UdpSocket::MayGoTo")]
    [DataRow("NanoTcp.Link.ConflictDetector::Observe")]
    [DataRow("NanoTcp.Services.HostConfiguration::DropAddress")]
    [DataRow("NanoTcp.Services.DhcpMessage::LengthOfName")]
    [DataRow("NanoTcp.Ip.IcmpProtocol::MaySendError")]
    [DataRow("NanoTcp.Services.DnsAnswer::FindMinimum")]
    [DataRow("NanoTcp.Services.SntpClient::Kissed")]
    [DataRow("NanoTcp.Drivers.Enc28j60.Enc28j60Phy::Read")]
    [DataRow("NanoTcp.Emulation.TransmitStatus::Store")]
    [DataRow("NanoTcp.Samples.Status.StatusJson::WriteConnection")]
    [DataRow("NanoTcp.Samples.Services.DaytimeService::Serve")]
    [DataRow("NanoTcp.Sockets.NetworkClock::Wait")]
    [DataRow("NanoTcp.Services.MdnsRecords::WriteNegative")]
    [DataRow("NanoTcp.Services.MdnsResolver::TakeDenial")]
    public void The_check_comes_to(string method)
    {
        CodeWorld world = Open();
        AllocationCheck.Run(world, Roots(world), s_allowed, out IReadOnlyCollection<CodeMethod> reached);
        CollectionAssert.Contains(reached.Select(m => $"{m.Class.Name}::{m.Member.Name}").ToArray(), method);
    }

    private static CodeWorld Open()
    {
        return new CodeWorld(Repository.DeviceAssemblies.Select(Repository.DeviceBuildPath), [Repository.DeviceContractPath()]);
    }

    private static IEnumerable<CodeMethod> Roots(CodeWorld world)
    {
        return s_roots.SelectMany(type => world.Class(type).Methods)
            .Where(m => !m.IsConstructor && (m.Attributes & MethodAttributes.MemberAccessMask) == MethodAttributes.Public);
    }
}
