using System;
using NanoTcp.Services;
using NanoTcp.Tests.Link;

namespace NanoTcp.Tests.Services;

/// <summary>What a program sees of a host: states, notices, lines for a console, and what it must not do.</summary>
[TestClass]
public sealed class HostConfigurationTests : HostTest
{
    [TestMethod]
    public void The_program_is_told_of_every_state_and_address()
    {
        Witness witness = new();
        Boot(options => options.Observer = witness);
        DhcpQuestion discover = Asked(DhcpQuestion.Discover);
        Answer(DhcpReply.Offer, discover);
        Answer(DhcpReply.Ack, Asked(DhcpQuestion.Request));
        At(10_000);
        Claim(Leased);
        SetLink(false);
        Forget();
        Assert.AreEqual(
            "Init Selecting Requesting Probing Bound@10.0.0.2 Bound@10.0.0.2 LinkDown@10.0.0.2", witness.Text, "the second one tells of the conflict");
    }

    [TestMethod]
    public void Lines_for_a_console_tell_what_a_person_wants_to_know_once()
    {
        Boot();
        HostNotices notices = new(Host);
        Assert.AreEqual("No address: asking", notices.Take());
        Assert.IsNull(notices.Take());
        At(4000);
        Assert.AreEqual("No address: no server has answered yet; asking", notices.Take());
        At(16_000);
        string own = Ipv4(B.Stack.Address);
        Assert.AreEqual($"Address {own}/16, link-local: no DHCP server answers; asking on", notices.Take());
        At(20_000);
        Forget();
        At(28_000);
        Bind(60, reply => reply.PutNumber(58, 20).PutNumber(59, 40));
        Assert.AreEqual("Address 10.0.0.2/24, router 10.0.0.1, lent by 10.0.0.1 for 54 s", notices.Take());
        Claim(Leased);
        Assert.AreEqual("Address 10.0.0.2 is used by another station too, 02:00:00:00:00:09; it has been told", notices.Take());
        At(28_000 + 20_000);
        Assert.AreEqual(HostState.Renewing, Host.State);
        Assert.IsNull(notices.Take());
        At(28_000 + 40_000);
        Assert.AreEqual("Address 10.0.0.2/24, router 10.0.0.1, but its server does not answer; the lease ends in 20 s", notices.Take());
        At(28_000 + 60_000);
        Assert.AreEqual("No address: the lease has expired; asking", notices.Take());
        SetLink(false);
        Assert.AreEqual("No address: there is no link", notices.Take());
        B.Do(Host.Stop);
        Assert.AreEqual("No address: stopped", notices.Take());
        Forget();
    }

    [TestMethod]
    public void Lines_for_a_console_tell_of_a_conflict()
    {
        Boot(options =>
        {
            options.Mode = HostMode.Static;
            options.Address = Leased;
        });
        HostNotices notices = new(Host);
        Claim(Leased);
        Assert.AreEqual("No address: the one that was to be used is another station's, 02:00:00:00:00:09", notices.Take());
        At(60_000 + ProbingTime);
        Assert.AreEqual("Address 10.0.0.2/24", notices.Take());
        Forget();
    }

    [TestMethod]
    [DataRow("", DisplayName = "empty")]
    [DataRow("-a", DisplayName = "a hyphen in front")]
    [DataRow("a-", DisplayName = "a hyphen at the end")]
    [DataRow("a.b", DisplayName = "a dot")]
    [DataRow("a_b", DisplayName = "an underscore")]
    [DataRow("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", DisplayName = "64 letters")]
    public void A_name_that_is_none_is_refused(string name)
    {
        Refused<ArgumentException>(options => options.HostName = name);
        Assert.IsFalse(HostConfigurationOptions.IsHostName(name));
    }

    [TestMethod]
    public void Options_that_cannot_be_are_refused()
    {
        Refused<ArgumentOutOfRangeException>(options => options.Mode = (HostMode)3);
        Refused<ArgumentException>(options => options.Mode = HostMode.Static);
        Refused<ArgumentException>(options => options.Address = 0xE0000001);
        Refused<ArgumentException>(options =>
        {
            options.Mode = HostMode.Static;
            options.Address = Leased;
            options.Gateway = Leased;
        });
        Refused<ArgumentOutOfRangeException>(options =>
        {
            options.Mode = HostMode.Static;
            options.Address = Leased;
            options.PrefixLength = 31;
        });
        Assert.ThrowsExactly<ArgumentNullException>(() => new HostConfiguration(null!, new HostConfigurationOptions()));
        Assert.ThrowsExactly<ArgumentNullException>(() => new HostNotices(null!));
        Boot();
        Assert.ThrowsExactly<ArgumentNullException>(() => new HostConfiguration(B.Stack, null!));
        Forget();
    }

    [TestMethod]
    public void A_stack_with_an_address_or_another_host_is_refused()
    {
        Start(answersArp: false);
        Assert.ThrowsExactly<ArgumentException>(() => new HostConfiguration(B.Stack, new HostConfigurationOptions()));
        Boot();
        Assert.ThrowsExactly<ArgumentException>(() => new HostConfiguration(B.Stack, new HostConfigurationOptions()));
        Forget();
    }

    [TestMethod]
    public void A_host_made_when_the_link_has_been_up_for_long_begins_too()
    {
        StackBench bench = LinkUpForLong();
        HostConfiguration host = new(bench.Stack, new HostConfigurationOptions());
        bench.Poll();
        Assert.AreEqual(HostState.Selecting, host.State);
        Asked(DhcpQuestion.Discover);
    }

    [TestMethod]
    public void A_host_that_is_stopped_and_started_before_it_has_seen_the_link_begins_too()
    {
        StackBench bench = LinkUpForLong();
        HostConfiguration host = new(bench.Stack, new HostConfigurationOptions());
        host.Stop();
        host.Start();
        bench.Poll();
        Assert.AreEqual(HostState.Selecting, host.State);
        Asked(DhcpQuestion.Discover);
    }

    [TestMethod]
    public void A_host_without_a_link_waits_for_one()
    {
        StackBench bench = Make(options =>
        {
            options.Address = 0;
            options.Random = new SteadyRandom();
        });
        bench.Link.Status = NanoTcp.Link.LinkStatus.NoDevice;
        HostConfiguration host = new(bench.Stack, new HostConfigurationOptions());
        bench.Poll();
        bench.AdvanceTo(bench.Start + 100_000);
        Assert.AreEqual(HostState.LinkDown, host.State);
        Nothing();
        SetLink(true);
        Assert.AreEqual(HostState.Selecting, host.State);
        Assert.AreEqual(0, Asked(DhcpQuestion.Discover).Seconds);
    }

    /// <summary>A stack without an address that has been polled, and knows that its link is up.</summary>
    private StackBench LinkUpForLong()
    {
        StackBench bench = Make(options =>
        {
            options.Address = 0;
            options.Random = new SteadyRandom();
        });
        bench.Poll();
        bench.AdvanceTo(bench.Start + 100_000);
        return bench;
    }

    private static void Refused<T>(Action<HostConfigurationOptions> configure)
        where T : Exception
    {
        HostConfigurationOptions options = new();
        configure(options);
        NetworkStack stack = new(new FrameLink(), new NetworkStackOptions { Random = new SteadyRandom() });
        Assert.ThrowsExactly<T>(() => new HostConfiguration(stack, options));
        Assert.IsNull(stack.Arp.Detector, "nothing has been changed");
    }

    /// <summary>Writes down what it is told, in memory that it has from the beginning.</summary>
    private sealed class Witness : IHostObserver
    {
        private readonly HostState[] _states = new HostState[100];
        private readonly uint[] _addresses = new uint[100];
        private int _count;

        internal string Text
        {
            get
            {
                string[] all = new string[_count];
                for (int i = 0; i < _count; i++)
                {
                    all[i] = _states[i] + (_addresses[i] == 0 ? "" : "@" + Ipv4(_addresses[i]));
                }

                return string.Join(' ', all);
            }
        }

        public void HostChanged(HostConfiguration host)
        {
            _states[_count] = host.State;
            _addresses[_count++] = host.Stack.Address;
        }
    }
}
