using System.Collections.Generic;
using System.IO;
using System.Linq;
using NanoTcp.Tests.CompiledCode;

namespace NanoTcp.Tests.Architecture;

/// <summary>The dependency directions of docs/architecture.md, held on the compiled assemblies.</summary>
[TestClass]
public class LayerRulesTests
{
    [TestMethod]
    public void Inside_the_stack_nothing_knows_a_higher_layer()
    {
        foreach (CodeAssembly stack in Builds("NanoTcp").Concat(Builds("NanoTcp.Services")))
        {
            AssertNone(LayerRules.CheckLayers(stack.Classes, "NanoTcp"));
        }
    }

    [TestMethod]
    public void Inside_the_stack_no_source_imports_a_higher_layer()
    {
        AssertNone(LayerRules.CheckUsings(Repository.ProjectFolder("NanoTcp"), "NanoTcp"));
    }

    [TestMethod]
    public void The_driver_knows_the_link_contract_and_neither_ip_nor_tcp()
    {
        foreach (CodeAssembly driver in Builds("NanoTcp.Drivers.Enc28j60"))
        {
            AssertNone(LayerRules.CheckDriver(driver.Classes, "NanoTcp"));
        }
    }

    [TestMethod]
    [DataRow("NanoTcp", new[] { "NanoTcp" })]
    [DataRow("NanoTcp.Services", new[] { "NanoTcp.Drivers", "NanoTcp.Host", "NanoTcp.Emulation", "NanoTcp.Samples" })]
    [DataRow("NanoTcp.Emulation", new[] { "NanoTcp.Host", "NanoTcp.Samples" })]
    [DataRow("NanoTcp.Drivers.Enc28j60", new[] { "NanoTcp.Services", "NanoTcp.Host", "NanoTcp.Emulation", "NanoTcp.Samples" })]
    [DataRow("NanoTcp.Samples", new[] { "NanoTcp.Host", "NanoTcp.Emulation" })]
    [DataRow("NanoTcp.Host", new[] { "NanoTcp.Samples", "HttpStatusServer", "SimpleServices" })]
    public void Assemblies_reference_only_what_lies_below_them(string assembly, string[] forbidden)
    {
        foreach (CodeAssembly build in Builds(assembly))
        {
            AssertNone(LayerRules.CheckAssemblies(build, forbidden));
        }
    }

    /// <summary>Guards against a check that passes because it looked at nothing.</summary>
    [TestMethod]
    public void The_check_sees_the_types_and_uses_of_the_stack()
    {
        CodeAssembly stack = Repository.Open("NanoTcp");
        List<TypeUse> uses = stack.Classes.SelectMany(TypeUses.Of).ToList();
        Assert.IsTrue(uses.Any(u => u.User.Name == "NanoTcp.NetworkStack" && u.Used.Name == "NanoTcp.Tcp.TcpConnection"));
        Assert.IsTrue(uses.Any(u => u.User.Name == "NanoTcp.Link.ILinkDevice" && u.Used.Name == "NanoTcp.Link.LinkStatus"));
    }

    [TestMethod]
    [DataRow("Wire.BaseTypeFromAbove", "Wire must not know Link")]
    [DataRow("Wire.FieldFromAbove", "Wire must not know Tcp")]
    [DataRow("Wire.ParameterFromAbove", "Wire must not know Ip")]
    [DataRow("Wire.ReturnTypeFromAbove", "Wire must not know Ip")]
    [DataRow("Wire.PropertyFromAbove", "Wire must not know Ip")]
    [DataRow("Wire.LocalFromAbove", "Wire must not know Ip")]
    [DataRow("Wire.CallFromAbove", "Wire must not know Ip")]
    [DataRow("Wire.StaticFieldFromAbove", "Wire must not know Ip")]
    [DataRow("Wire.ArrayFromAbove", "Wire must not know Ip")]
    [DataRow("Wire.GenericArgumentFromAbove", "Wire must not know Ip")]
    [DataRow("Wire.TypeOfFromAbove", "Wire must not know Ip")]
    [DataRow("Wire.CatchFromAbove", "Wire must not know Ip")]
    [DataRow("Wire.AttributeFromAbove", "Wire must not know Link")]
    [DataRow("Wire.AttributeArgumentFromAbove", "Wire must not know Ip")]
    [DataRow("Wire.NestedFromAbove/Inner", "Wire must not know Ip")]
    [DataRow("Wire.ConstraintFromAbove`1", "Wire must not know Ip")]
    [DataRow("Primitives.KnowsWire", "Primitives must not know Wire")]
    [DataRow("Link.KnowsIp", "Link must not know Ip")]
    [DataRow("Ip.KnowsOptions", "Ip must not know the root")]
    [DataRow("Tcp.KnowsUdp", "Tcp must not know Udp")]
    [DataRow("Udp.KnowsTcp", "Udp must not know Tcp")]
    [DataRow("Tcp.KnowsLink", "Tcp must not know Link")]
    [DataRow("Tcp.KnowsFrame", "Tcp must not see an Ethernet frame")]
    [DataRow("Tcp.KnowsOptions", "Tcp must not know the root")]
    [DataRow("Services.KnowsSockets", "Services must not know Sockets")]
    [DataRow("KnowsServices", "the root (NetworkStack, options) must not know Services")]
    [DataRow("KnowsSockets", "the root (NetworkStack, options) must not know Sockets")]
    [DataRow("Sockets.KnowsLink", "Sockets must not know Link")]
    [DataRow("Cellar.UnknownLayer", "the order of layers does not know")]
    public void A_bad_dependency_is_caught(string type, string expected)
    {
        string offences = string.Join('\n', LayerRules.CheckLayers([BadHouse(type)], BadHouseRoot));
        StringAssert.Contains(offences, expected);
        StringAssert.Contains(offences, type, "the offence names the place");
    }

    [TestMethod]
    [DataRow("Services.KnowsWhatLiesBelow")]
    [DataRow("Tcp.Segment")]
    [DataRow("Stack")]
    [DataRow("Sockets.KnowsStackAndTcp")]
    public void A_good_dependency_is_let_through(string type)
    {
        AssertNone(LayerRules.CheckLayers([BadHouse(type)], BadHouseRoot));
    }

    [TestMethod]
    [DataRow("Drivers.KnowsTcp", "A driver must not know Tcp")]
    [DataRow("Drivers.KnowsIp", "A driver must not know Ip")]
    [DataRow("Drivers.KnowsRoot", "A driver must not know the root")]
    public void A_driver_that_knows_too_much_is_caught(string type, string expected)
    {
        StringAssert.Contains(string.Join('\n', LayerRules.CheckDriver([BadHouse(type)], BadHouseRoot)), expected);
    }

    [TestMethod]
    public void A_driver_that_knows_the_link_is_let_through()
    {
        AssertNone(LayerRules.CheckDriver([BadHouse("Drivers.KnowsLink")], BadHouseRoot));
    }

    [TestMethod]
    public void An_assembly_reference_upwards_is_caught()
    {
        CodeAssembly assembly = new()
        {
            Name = "NanoTcp",
            References = ["NanoTcp.Host", "NanoTcpish"],
            Classes = [],
            ForeignTypes = [],
            ForeignMembers = [],
        };
        CollectionAssert.AreEqual(
            new[] { "NanoTcp.dll must not reference NanoTcp.Host" },
            LayerRules.CheckAssemblies(assembly, "NanoTcp").ToArray());
    }

    [TestMethod]
    [DataRow("Wire", "using NanoTcp.Tcp;", true)]
    [DataRow("Wire", "using static NanoTcp.Link.Frame;", true)]
    [DataRow("Tcp", "using Frame = NanoTcp.Link.Frame;", true)]
    [DataRow("Tcp", "using NanoTcp;", true)]
    [DataRow("Tcp", "using NanoTcp.Ip;", false)]
    [DataRow("Tcp", "using System;", false)]
    [DataRow("", "using NanoTcp.Services;", true)]
    [DataRow("Services", "using NanoTcp.Udp;", false)]
    public void A_using_directive_upwards_is_caught(string layer, string line, bool isOffence)
    {
        string folder = Directory.CreateTempSubdirectory("nanotcp-usings-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, layer));
            File.WriteAllText(Path.Combine(folder, layer, "File.cs"), line);
            Assert.AreEqual(isOffence ? 1 : 0, LayerRules.CheckUsings(folder, "NanoTcp").Count);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The assembly of the desktop and, where there is one, that of the device.</summary>
    private static IEnumerable<CodeAssembly> Builds(string assembly)
    {
        yield return Repository.Open(assembly);
        if (Repository.DeviceAssemblies.Contains(assembly))
        {
            yield return Repository.OpenForDevice(assembly);
        }
    }

    private const string BadHouseRoot = "NanoTcp.Tests.Architecture.BadHouse";

    private static CodeClass BadHouse(string type)
    {
        return Repository.OwnAssembly.Class(BadHouseRoot + "." + type);
    }

    private static void AssertNone(IReadOnlyList<string> offences)
    {
        if (offences.Count != 0)
        {
            Assert.Fail($"{offences.Count} offences:\n{string.Join('\n', offences)}");
        }
    }
}
