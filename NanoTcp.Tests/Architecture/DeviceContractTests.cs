using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using NanoTcp.Tests.CompiledCode;

namespace NanoTcp.Tests.Architecture;

/// <summary>Device code is compiled against a contract of the device's stock packages, and the contract holds what it uses.</summary>
[TestClass]
public class DeviceContractTests
{
    private const string Compiler = "the compiler needs it: ";

    /// <summary>What no device assembly names, and why the contract has it all the same.</summary>
    private static readonly Dictionary<string, string> s_unnamed = new()
    {
        ["System.Attribute"] = Compiler + "the base of attributes",
        ["System.Delegate"] = Compiler + "the base of MulticastDelegate",
        ["System.MulticastDelegate"] = Compiler + "the base of ThreadStart",
        ["System.MarshalByRefObject"] = "the base of WaitHandle",
        ["System.SystemException"] = "the base of the exceptions",
        ["System.Int16"] = Compiler + "the type of its store for the two octets of an initialised array",
        ["System.ParamArrayAttribute"] = Compiler + "it stands for params",
        ["System.ParamArrayAttribute::.ctor()"] = Compiler + "it stands for params",
        ["System.Reflection.DefaultMemberAttribute"] = Compiler + "it marks an indexer, here that of a string",
        ["System.Reflection.DefaultMemberAttribute::.ctor(System.String)"] = Compiler + "it marks an indexer, here that of a string",
        ["System.Runtime.CompilerServices.IndexerNameAttribute"] = Compiler + "it gives the indexer of a string its name",
        ["System.Runtime.CompilerServices.IndexerNameAttribute::.ctor(System.String)"] = Compiler + "it gives the indexer of a string its name",
        ["System.Runtime.CompilerServices.InternalsVisibleToAttribute"] = "it stands above an assembly and not in a type",
        ["System.Array::get_Length()"] = Compiler + "it writes an instruction of its own for it",
        ["System.IDisposable::Dispose()"] = "implemented by streams, called by nobody",
    };

    [TestMethod]
    public void The_contract_references_nothing()
    {
        CodeAssembly contract = OpenContract();
        Assert.AreEqual("mscorlib", contract.Name);
        Assert.AreEqual(0, contract.References.Length);
    }

    [TestMethod]
    public void Device_assemblies_reference_the_contract_and_each_other_only()
    {
        foreach (string assembly in Repository.DeviceAssemblies)
        {
            CodeAssembly build = Repository.OpenForDevice(assembly);
            string[] others = build.References.Except(Repository.DeviceAssemblies.Append("mscorlib")).ToArray();
            Assert.AreEqual(0, others.Length, $"{assembly} references {string.Join(", ", others)}");
            CollectionAssert.Contains(build.References, "mscorlib");
        }
    }

    [TestMethod]
    public void Every_member_of_the_contract_is_used_by_device_code()
    {
        HashSet<string> used = UsedByDeviceCode();
        CodeAssembly contract = OpenContract();
        string[] superfluous = Members(contract).Where(m => !used.Contains(m) && !s_unnamed.ContainsKey(m)).ToArray();
        Assert.AreEqual(0, superfluous.Length, $"Take out of the contract, or give a reason in {nameof(s_unnamed)}:\n{string.Join('\n', superfluous)}");
    }

    [TestMethod]
    public void The_exceptions_from_that_are_still_needed()
    {
        HashSet<string> used = UsedByDeviceCode();
        CodeAssembly contract = OpenContract();
        string[] idle = s_unnamed.Keys.Where(used.Contains).Concat(s_unnamed.Keys.Except(Members(contract))).ToArray();
        Assert.AreEqual(0, idle.Length, $"Used, or not in the contract:\n{string.Join('\n', idle)}");
    }

    /// <summary>Guards against a list of uses that is empty or holds everything.</summary>
    [TestMethod]
    public void The_uses_are_seen()
    {
        HashSet<string> used = UsedByDeviceCode();
        Assert.IsTrue(used.Contains("System.Array::Copy(System.Array,System.Int32,System.Array,System.Int32,System.Int32)"));
        Assert.IsTrue(used.Contains("System.Threading.Monitor"));
        Assert.IsFalse(used.Contains("System.Array::IndexOf(System.Array,System.Object)"));
    }

    private static CodeAssembly OpenContract()
    {
        return CodeReader.Read(Repository.DeviceContractPath());
    }

    /// <summary>Types and members that code outside of the contract can use.</summary>
    private static IEnumerable<string> Members(CodeAssembly contract)
    {
        foreach (CodeClass type in contract.Classes.Where(t => t.IsPublic))
        {
            yield return type.Name;
            // A class that nobody can make has its constructor from the compiler alone, and a delegate its Invoke.
            foreach (CodeMethod method in type.Methods.Where(m => IsOpen(m.Attributes)))
            {
                if (!((type.Attributes & TypeAttributes.Abstract) != 0 && method.IsConstructor) && !(type.IsDelegate && method.Member.Name == "Invoke"))
                {
                    yield return method.Member.ToString();
                }
            }

            // The names of an enum are constants too.
            foreach (CodeField field in type.Fields.Where(f => IsOpen(f.Attributes) && !type.IsEnum))
            {
                yield return field.Member.ToString();
            }
        }
    }

    private static bool IsOpen(MethodAttributes attributes)
    {
        return (attributes & MethodAttributes.MemberAccessMask) is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem;
    }

    private static bool IsOpen(FieldAttributes attributes)
    {
        return (attributes & FieldAttributes.FieldAccessMask) is FieldAttributes.Public or FieldAttributes.Family;
    }

    private static HashSet<string> UsedByDeviceCode()
    {
        HashSet<string> used = [];
        foreach (string assembly in Repository.DeviceAssemblies.Concat(Repository.BoardAssemblies).Append(Repository.DeviceTests))
        {
            CodeAssembly build = Repository.OpenForDevice(assembly);
            used.UnionWith(build.Classes.SelectMany(TypeUses.Of).Select(use => use.Used.Name));
            used.UnionWith(build.ForeignMembers.Select(member => member.ToString()));
        }

        used.UnionWith(UsedConstants());
        return used;
    }

    /// <summary>A constant leaves no trace in the assembly that uses it, but its name stands in a source.</summary>
    private static string[] UsedConstants()
    {
        string sources = string.Join('\n', Repository.DeviceAssemblies
            .SelectMany(assembly => Directory.GetFiles(Repository.ProjectFolder(assembly), "*.cs", SearchOption.AllDirectories))
            .Select(File.ReadAllText));
        CodeAssembly contract = OpenContract();
        return contract.Classes.SelectMany(type => type.Fields).Where(field => (field.Attributes & FieldAttributes.Literal) != 0)
            .Select(field => field.Member)
            .Where(field => Regex.IsMatch(sources, $@"\b{SourceName(field.Owner)}\.{field.Name}\b"))
            .Select(field => field.ToString()).ToArray();
    }

    private static string SourceName(CodeType type)
    {
        return type.Name switch
        {
            "System.Int32" => "int",
            "System.Int64" => "long",
            _ => type.Name[(type.Name.LastIndexOfAny(['.', '/']) + 1)..],
        };
    }
}
