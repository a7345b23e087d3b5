using System.Collections.Generic;
using NanoTcp.Host.Cable;
using NanoTcp.Link;
using NanoTcp.Services;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Link;
using NanoTcp.Tests.Simulation;

namespace NanoTcp.Tests.Services;

/// <summary>Two hosts of this kind on one cable, that want the same.</summary>
[TestClass]
public class MdnsTwoHostsTests
{
    private static readonly string[] s_both = ["nanotcp", "nanotcp-2"];

    [TestMethod]
    [Requirement("RFC 6762", "8.2")]
    [Requirement("RFC 6762", "9")]
    public void Two_that_want_one_name_at_the_same_time_end_with_two_names_and_find_each_other()
    {
        for (ulong seed = 1; seed <= 100; seed++)
        {
            TwoHosts hosts = new(seed, configure: options => options.MulticastGroups = 1);
            Meet(hosts, seed);
        }
    }

    [TestMethod]
    [Requirement("RFC 6762", "8.1")]
    public void They_do_on_a_cable_that_loses_doubles_and_delays_some_frames()
    {
        for (ulong seed = 1; seed <= 40; seed++)
        {
            TwoHosts hosts = new(seed, Bad(seed), Bad(seed + 1), configure: options => options.MulticastGroups = 1);
            MdnsResponder one = new(hosts.Client, "nanotcp", null!);
            MdnsResponder other = new(hosts.Server, "nanotcp", null!);
            hosts.Run(60_000);
            Assert.AreNotEqual(one.HostName, other.HostName, $"seed {seed}");
            Assert.AreEqual(MdnsState.Ready, one.State, $"seed {seed}");
            Assert.AreEqual(MdnsState.Ready, other.State, $"seed {seed}");
        }
    }

    [TestMethod]
    [DataRow(300)]
    [DataRow(700)]
    [DataRow(1000)]
    [DataRow(2000)]
    [DataRow(10_000)]
    [Requirement("RFC 6762", "8.1")]
    public void Who_comes_later_takes_the_next_name(int later)
    {
        for (ulong seed = 1; seed <= 10; seed++)
        {
            TwoHosts hosts = new(seed, configure: options => options.MulticastGroups = 1);
            MdnsResponder first = new(hosts.Client, "nanotcp", null!);
            hosts.Run(later);
            MdnsResponder second = new(hosts.Server, "nanotcp", null!);
            hosts.Run(20_000);
            CollectionAssert.AreEquivalent(s_both, new[] { first.HostName, second.HostName }, $"seed {seed}");
            if (later >= 1000)
            {
                Assert.AreEqual("nanotcp", first.HostName, $"seed {seed}");
            }
        }
    }

    [TestMethod]
    [Requirement("RFC 6762", "9")]
    public void Two_with_one_name_whose_links_are_joined_end_with_two()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            // As if there were no cable between them in the first minute.
            List<CutLink> links = [];
            TwoHosts hosts = new(seed, configure: options => options.MulticastGroups = 1, wrap: link =>
            {
                links.Add(new CutLink(link) { Cut = true });
                return links[^1];
            });
            MdnsResponder one = new(hosts.Client, "nanotcp", null!);
            MdnsResponder other = new(hosts.Server, "nanotcp", null!);
            hosts.Run(60_000);
            Assert.AreEqual(one.HostName, other.HostName);
            links.ForEach(link => link.Cut = false);

            // Somebody asks, and the answers show the conflict.
            MdnsResolver resolver = new(one, 1);
            resolver.Resolve(TwoHosts.ServerAddress, new byte[1], 0, out _);
            hosts.Run(1000);
            one.Stop();
            one.Start();
            hosts.Run(30_000);
            CollectionAssert.AreEquivalent(s_both, new[] { one.HostName, other.HostName }, $"seed {seed}");
        }
    }

    private static void Meet(TwoHosts hosts, ulong seed)
    {
        MdnsService[] services = [new MdnsService("Boiler", "_http._tcp", 80, null!)];
        MdnsResponder one = new(hosts.Client, "nanotcp", services);
        MdnsResponder other = new(hosts.Server, "nanotcp", services);
        MdnsResolver oneFinds = new(one, 2);
        MdnsResolver otherFinds = new(other, 2);
        hosts.Run(30_000);
        CollectionAssert.AreEquivalent(s_both, new[] { one.HostName, other.HostName }, $"seed {seed}");
        byte[] names = new byte[30];
        int end = other.PutServiceName(0, names, one.PutServiceName(0, names, 0));
        Assert.AreEqual("Boiler".Length + "Boiler (2)".Length, end, $"seed {seed}");
        Assert.AreEqual(MdnsState.Ready, one.State, $"seed {seed}");
        Assert.AreEqual(MdnsState.Ready, other.State, $"seed {seed}");

        uint found = 0;
        uint back = 0;
        string ofOne = one.HostName + ".local";
        string ofOther = other.HostName + ".local";
        Assert.IsTrue(hosts.RunUntil(
            () => (oneFinds.Resolve(ofOther, out found) == MdnsAnswer.Found) & (otherFinds.Resolve(ofOne, out back) == MdnsAnswer.Found), 5000), $"seed {seed}");
        Assert.AreEqual(TwoHosts.ServerAddress, found);
        Assert.AreEqual(TwoHosts.ClientAddress, back);
        byte[] text = new byte[40];
        int length = 0;
        Assert.IsTrue(hosts.RunUntil(() => oneFinds.Resolve(TwoHosts.ServerAddress, text, 0, out length) == MdnsAnswer.Found, 5000));
        Assert.AreEqual(ofOther, System.Text.Encoding.ASCII.GetString(text, 0, length));

        // Who goes is forgotten, long before what he said runs out.
        other.Stop();
        hosts.Run(1500);
        Assert.AreEqual(MdnsState.Stopped, other.State);
        Assert.AreEqual(MdnsAnswer.Pending, oneFinds.Resolve(ofOther, out _));
        hosts.Run(8000);
        Assert.AreEqual(MdnsAnswer.NotFound, oneFinds.Resolve(ofOther, out _));
    }

    private static Impairments Bad(ulong seed)
    {
        return new Impairments { Seed = seed, Loss = 0.15, Duplication = 0.1, Reordering = 0.1 };
    }

    /// <summary>A link that can be cut without either side being told.</summary>
    private sealed class CutLink(ILinkDevice link) : PassingLink(link)
    {
        private readonly byte[] _dropped = new byte[2000];

        internal bool Cut { get; set; }

        public override int Receive(byte[] buffer, int offset, int capacity)
        {
            while (Cut && base.Receive(_dropped, 100, 1600) != 0)
            {
            }

            return base.Receive(buffer, offset, capacity);
        }

        public override bool Send(byte[] buffer, int offset, int length) => Cut || base.Send(buffer, offset, length);
    }
}
