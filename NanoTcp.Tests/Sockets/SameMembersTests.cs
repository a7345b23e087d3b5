using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using NanoTcp.Tests.Architecture;
using NanoTcp.Tests.CompiledCode;

namespace NanoTcp.Tests.Sockets;

/// <summary>Code that uses streams on the desktop finds the same members on the device, and the other way round.</summary>
[TestClass]
public sealed class SameMembersTests
{
    [TestMethod]
    public void On_the_desktop_a_NanoTcpStream_is_a_Stream_and_on_the_device_nothing_of_System_IO()
    {
        CollectionAssert.Contains(BaseTypes(Desktop()).Select(t => t.Name).ToArray(), "System.IO.Stream");
        Assert.IsFalse(BaseTypes(Device()).Any(t => t.Namespace == "System.IO"));
    }

    [TestMethod]
    public void The_device_has_no_member_that_the_desktop_lacks()
    {
        List<string> all = BaseTypes(Desktop()).SelectMany(Members).ToList();
        string[] lacking = BaseTypes(Device()).SelectMany(Members).Except(all).ToArray();
        Assert.AreEqual(0, lacking.Length, string.Join('\n', lacking));
    }

    [TestMethod]
    public void All_that_NanoTcpStream_itself_declares_is_on_both_sides()
    {
        string[] members = Members(BaseTypes(Device()).First()).Order().ToArray();
        CollectionAssert.AreEqual(members, Members(BaseTypes(Desktop()).First()).Order().ToArray());
        Assert.IsTrue(members.Contains("System.Int32 Read(System.Byte[],System.Int32,System.Int32)"), string.Join('\n', members));
    }

    private static CodeWorld Desktop()
    {
        return new CodeWorld([Repository.AssemblyPath("NanoTcp")], [typeof(object).Assembly.Location]);
    }

    private static CodeWorld Device()
    {
        return new CodeWorld([Repository.DeviceBuildPath("NanoTcp")], [Repository.DeviceContractPath()]);
    }

    /// <summary>The stream and what it derives from, without object.</summary>
    private static IEnumerable<CodeClass> BaseTypes(CodeWorld world)
    {
        for (CodeClass type = world.Class("NanoTcp.Sockets.NanoTcpStream"); type.Base != null; type = world.FindAnywhere(type.Base.Name)!)
        {
            yield return type;
        }
    }

    /// <summary>Public methods, accessors among them.</summary>
    private static IEnumerable<string> Members(CodeClass type)
    {
        return type.Methods.Where(m => (m.Attributes & MethodAttributes.MemberAccessMask) == MethodAttributes.Public && !m.IsConstructor)
            .Select(m => $"{m.Member.Type} {m.Member.Name}({string.Join(',', m.Member.Parameters!.Select(p => p.ToString()))})");
    }
}
