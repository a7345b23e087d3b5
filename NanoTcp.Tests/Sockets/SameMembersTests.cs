using System.Collections.Generic;
using System.Linq;
using Mono.Cecil;
using NanoTcp.Tests.Architecture;

namespace NanoTcp.Tests.Sockets;

/// <summary>Code that uses streams on the desktop finds the same members on the device, and the other way round.</summary>
[TestClass]
public sealed class SameMembersTests
{
    [TestMethod]
    public void On_the_desktop_a_NanoTcpStream_is_a_Stream_and_on_the_device_nothing_of_System_IO()
    {
        using ModuleDefinition desktop = Repository.Open("NanoTcp");
        using ModuleDefinition device = Repository.OpenForDevice("NanoTcp");
        Assert.AreEqual("System.IO.Stream", BaseTypes(desktop).Last(t => t.FullName != "System.MarshalByRefObject").FullName);
        Assert.IsFalse(BaseTypes(device).Any(t => t.Namespace == "System.IO"));
    }

    [TestMethod]
    public void The_device_has_no_member_that_the_desktop_lacks()
    {
        using ModuleDefinition desktop = Repository.Open("NanoTcp");
        using ModuleDefinition device = Repository.OpenForDevice("NanoTcp");
        List<string> all = BaseTypes(desktop).SelectMany(Members).ToList();
        string[] lacking = BaseTypes(device).SelectMany(Members).Except(all).ToArray();
        Assert.AreEqual(0, lacking.Length, string.Join('\n', lacking));
    }

    [TestMethod]
    public void All_that_NanoTcpStream_itself_declares_is_on_both_sides()
    {
        using ModuleDefinition desktop = Repository.Open("NanoTcp");
        using ModuleDefinition device = Repository.OpenForDevice("NanoTcp");
        string[] members = Members(BaseTypes(device).First()).Order().ToArray();
        CollectionAssert.AreEqual(members, Members(BaseTypes(desktop).First()).Order().ToArray());
        Assert.IsTrue(members.Contains("Int32 Read(Byte[],Int32,Int32)"), string.Join('\n', members));
    }

    /// <summary>The stream and what it derives from, without object.</summary>
    private static IEnumerable<TypeDefinition> BaseTypes(ModuleDefinition module)
    {
        for (TypeDefinition type = module.GetType("NanoTcp.Sockets.NanoTcpStream"); type.FullName != "System.Object"; type = type.BaseType.Resolve())
        {
            yield return type;
        }
    }

    /// <summary>Public methods, accessors among them.</summary>
    private static IEnumerable<string> Members(TypeDefinition type)
    {
        return type.Methods.Where(m => m.IsPublic && !m.IsConstructor)
            .Select(m => $"{m.ReturnType.Name} {m.Name}({string.Join(',', m.Parameters.Select(p => p.ParameterType.Name))})");
    }
}
