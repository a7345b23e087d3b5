using System;
using System.Collections.Generic;
using System.Linq;
using NanoTcp.Services;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Services;

/// <summary>The services of a host together: what one of them learns is told to the others, and they end in the right order.</summary>
[TestClass]
public sealed class HostServicesTests : HostTest, IHostObserver
{
    private const uint NameServer = StackBench.Subnet + 7;
    private const uint SecondNameServer = StackBench.Subnet + 8;
    private const uint TimeServer = StackBench.Subnet + 11;

    private readonly List<HostState> _states = new(100);
    private HostServices? _services;

    private HostServices Services => _services!;

    [TestMethod]
    public void Servers_that_DHCP_names_are_asked_and_forgotten_with_the_lease()
    {
        BootServices();
        BindWithServers();
        Assert.AreEqual(NameServer, Services.Dns.GetServer(0));
        Assert.AreEqual(SecondNameServer, Services.Dns.GetServer(1));
        Assert.AreEqual(TimeServer, Services.Time.GetServer(0));
        Assert.AreEqual(0U, Services.Time.GetServer(1));

        SetLink(false);
        SetLink(true);
        DhcpQuestion reboot = SentDhcp().First();
        Answer(DhcpReply.Nak, reboot);
        Assert.AreEqual(0U, Services.Dns.GetServer(0));
        Assert.AreEqual(0U, Services.Time.GetServer(0));
        Forget();
    }

    [TestMethod]
    public void Servers_of_the_program_are_asked_where_the_network_names_none()
    {
        BootServices(options =>
        {
            options.Host.Mode = HostMode.Static;
            options.Host.Address = Leased;
            options.Host.DnsServer = NameServer;
            options.Host.NtpServer = TimeServer;
        });
        At(BindingTime);
        Assert.AreEqual(HostState.Static, Host.State);
        Assert.AreEqual(NameServer, Services.Dns.GetServer(0));
        Assert.AreEqual(TimeServer, Services.Time.GetServer(0));
        Forget();
    }

    [TestMethod]
    public void The_goodbye_of_the_name_goes_out_before_the_address_is_given_back()
    {
        BootServices();
        BindWithServers();
        At(60_000);
        Forget();
        B.AnswersArp = true;
        Assert.IsFalse(Services.Stop(), "the goodbye has not left yet");
        B.Poll();
        for (int i = 0; i < 10 && !Services.Stop(); i++)
        {
            B.Poll();
        }

        Assert.AreEqual(HostState.Stopped, Host.State);
        Assert.AreEqual(MdnsState.Stopped, Services.Mdns.State);
        int[] ports = B.Sent.Where(f => IsUdp(f.Octets)).Select(f => Frames.Get16(f.Octets, 14 + 20 + 2)).ToArray();
        CollectionAssert.AreEqual(new[] { 5353, 67 }, ports, "goodbye, then release");
        Forget();
        At(4_000_000);
        Nothing();
    }

    [TestMethod]
    public void They_begin_again_after_they_were_stopped()
    {
        BootServices();
        BindWithServers();
        At(60_000);
        for (int i = 0; i < 10 && !Services.Stop(); i++)
        {
            B.Poll();
        }

        Forget();
        Services.Start();
        B.Poll();
        Answer(DhcpReply.Ack, SentDhcp().First());
        At(100_000);
        Is(HostState.Bound, Leased);
        Assert.AreEqual(MdnsState.Ready, Services.Mdns.State);
        Forget();
    }

    [TestMethod]
    public void Changes_are_passed_on_to_the_program_and_its_options_are_as_they_were()
    {
        HostServicesOptions options = BootServices(o => o.Host.Observer = this);
        BindWithServers();
        CollectionAssert.AreEqual(
            new[] { HostState.Init, HostState.Selecting, HostState.Requesting, HostState.Probing, HostState.Bound }, _states.Distinct().ToArray());
        Assert.AreSame(this, options.Host.Observer);
        Assert.IsNull(options.Time.Dns);
    }

    [TestMethod]
    public void What_the_options_leave_out_is_not_made()
    {
        BootServices(options =>
        {
            options.Dns = null;
            options.Mdns = false;
            options.Time = null;
        });
        BindWithServers();
        Assert.IsNull(Services.Dns);
        Assert.IsNull(Services.Mdns);
        Assert.IsNull(Services.LocalNames);
        Assert.IsNull(Services.Time);
    }

    [TestMethod]
    public void Options_that_do_not_fit_together_are_refused()
    {
        StackBench bench = Make(options => options.Address = 0);
        Assert.ThrowsExactly<ArgumentNullException>(() => new HostServices(null!, null!));
        Assert.ThrowsExactly<ArgumentException>(() => new HostServices(bench.Stack, new HostServicesOptions { Host = null! }));
        HostServicesOptions nameless = new();
        nameless.Host.HostName = null!;
        Assert.ThrowsExactly<ArgumentException>(() => new HostServices(bench.Stack, nameless));
        Assert.ThrowsExactly<InvalidOperationException>(
            () => new HostServices(bench.Stack, null!), "without a place for the group of mDNS");
    }

    /// <inheritdoc/>
    public void HostChanged(HostConfiguration host)
    {
        _states.Add(host.State);
    }

    private static bool IsUdp(byte[] frame) => Frames.Get16(frame, 12) == Frames.TypeIpv4 && frame[14 + 9] == 17;

    private HostServicesOptions BootServices(Action<HostServicesOptions>? configure = null)
    {
        HostServicesOptions options = new();
        configure?.Invoke(options);
        BootWith(
            stack =>
            {
                _services = new HostServices(stack, options);
                return _services.Host;
            },
            stack => stack.MulticastGroups = 1);
        return options;
    }

    private void BindWithServers() =>
        Bind(more: reply => reply.PutNumber(6, NameServer, SecondNameServer).PutNumber(42, TimeServer));

    /// <summary>DHCP among all that was sent.</summary>
    private List<DhcpQuestion> SentDhcp()
    {
        List<DhcpQuestion> questions = B.Sent
            .Where(f => IsUdp(f.Octets) && Frames.Get16(f.Octets, 14 + 20 + 2) == 67)
            .Select(f => new DhcpQuestion(f.Octets)).ToList();
        Forget();
        return questions;
    }
}
