using System.Collections.Generic;
using System.Linq;
using Mono.Cecil;

namespace NanoTcp.Tests.Architecture;

/// <summary>What goes to the device is written in the language that the device runs.</summary>
[TestClass]
public class DeviceProfileTests
{
    [TestMethod]
    [DataRow("NanoTcp")]
    [DataRow("NanoTcp.Drivers.Enc28j60")]
    [DataRow("NanoTcp.Emulation")]
    [DataRow("NanoTcp.Samples")]
    [DataRow("NanoTcp.Boards")]
    [DataRow("Esp32DevKitC")]
    [DataRow("Esp32S3DevKitC")]
    [DataRow("Esp32C3")]
    [DataRow("NFUnitTest")]
    public void Device_code_uses_nothing_that_the_device_cannot_run(string assembly)
    {
        using ModuleDefinition module = Repository.OpenForDevice(assembly);
        List<string> findings = DeviceProfile.Check(TypeUses.AllTypes(module)).Where(finding => !IsAllowed(finding)).ToList();
        if (findings.Count != 0)
        {
            Assert.Fail($"{findings.Count} findings in {assembly}:\n{string.Join('\n', findings)}");
        }
    }

    /// <summary>What the device can run all the same, each for its reason.</summary>
    private static bool IsAllowed(string finding)
    {
        // The firmware takes a range of octets as this struct and in no other way; its price stands in docs/memory.md.
        return finding.StartsWith("struct used (System.SpanByte): System.Void NanoTcp.Drivers.Enc28j60.NanoFrameworkSpiBus::", System.StringComparison.Ordinal)

            // Here is where the clock comes from that the stack is given.
            || finding.StartsWith("a clock of its own: System.Int64 NanoTcp.Boards.BoardClock::", System.StringComparison.Ordinal)

            // Once in the life of a program.
            || (finding.StartsWith("delegate made outside a constructor: System.Void Esp32", System.StringComparison.Ordinal)
                && finding.Contains(".Program::Main()", System.StringComparison.Ordinal));
    }

    [TestMethod]
    [DataRow("GenericType`1", "generic type declared")]
    [DataRow("GenericMethod", "generic method declared")]
    [DataRow("UsesGenericType", "generic type used")]
    [DataRow("UsesGenericMethod", "generic method used")]
    [DataRow("UsesNullable", "generic type used")]
    [DataRow("UsesTuple", "generic type used")]
    [DataRow("UsesLinq", "System.Linq.Enumerable")]
    [DataRow("Record", "generic type used")]
    [DataRow("ValueType", "value type declared")]
    [DataRow("UsesOwnStruct", "struct used")]
    [DataRow("UsesLibraryStruct", "struct used (System.Guid)")]
    [DataRow("UsesDecimal", "struct used (System.Decimal)")]
    [DataRow("UsesIndex", "struct used (System.Index)")]
    [DataRow("Interpolates", "struct used (System.Runtime.CompilerServices.DefaultInterpolatedStringHandler)")]
    [DataRow("Async", "async method or iterator")]
    [DataRow("Iterator", "async method or iterator")]
    [DataRow("Multidimensional", "multidimensional array")]
    [DataRow("MultidimensionalField", "multidimensional array")]
    [DataRow("Pointer", "pointer (System.Byte*)")]
    [DataRow("Fixed", "fixed")]
    [DataRow("StackAlloc", "stackalloc")]
    [DataRow("FunctionPointer", "function pointer")]
    [DataRow("UsesSpan", "span (System.Span`1<System.Byte>)")]
    [DataRow("Lambda", "lambda or closure")]
    [DataRow("Closure", "lambda or closure")]
    [DataRow("MethodGroup", "delegate made outside a constructor")]
    [DataRow("UsesBuffer", "System.Buffer")]
    [DataRow("UsesStopwatch", "System.Diagnostics.Stopwatch")]
    [DataRow("UsesTickCount", "a clock of its own")]
    [DataRow("UsesMonitorWait", "not in the device's library")]
    [DataRow("VolatileField", "volatile")]
    [DataRow("Checked", "checked arithmetic")]
    [DataRow("IDefaultMethod", "interface method with a body")]
    [DataRow("IStaticAbstract", "interface method with a body, or static")]
    [DataRow("UsesThreadPool", "System.Threading.ThreadPool")]
    [DataRow("UsesAction", "not in the device's library (System.Action)")]
    [DataRow("UsesFunc", "generic type used (System.Func`1")]
    [DataRow("UsesResize", "generic method used")]
    [DataRow("UsesBinaryPrimitives", "System.Buffers.Binary.BinaryPrimitives")]
    [DataRow("UsesMath", "not in the device's library (System.Math)")]
    [DataRow("UsesSeed", "seed")]
    [DataRow("UsesEnumText", "text of an enum")]
    [DataRow("CatchesDivisionByZero", "System.DivideByZeroException")]
    [DataRow("AsksForInlining", "inlining asked for")]
    [DataRow("ReferenceField", "reference in a field")]
    [DataRow("UsesRange", "struct used (System.Range)")]
    [DataRow("UsesRequired", "RequiredMemberAttribute")]
    [DataRow("UsesInit", "init accessor")]
    [DataRow("UsesTypedReference", "instruction that the interpreter does not know")]
    [DataRow("UsesSizeOf", "instruction that the interpreter does not know")]
    [DataRow("Native", "native method")]
    public void What_the_device_cannot_run_is_caught(string example, string expected)
    {
        IReadOnlyList<string> findings = DeviceProfile.Check(Example("BadDeviceCode", example));
        Assert.IsTrue(
            findings.Any(f => f.StartsWith(expected, System.StringComparison.Ordinal) || f.Contains(expected)),
            $"Found only:\n{string.Join('\n', findings)}");
        Assert.IsTrue(findings.All(f => f.Contains(example)), $"Each finding names its place:\n{string.Join('\n', findings)}");
    }

    [TestMethod]
    public void A_type_that_the_compiler_embeds_is_caught()
    {
        using AssemblyDefinition assembly = AssemblyDefinition.CreateAssembly(
            new AssemblyNameDefinition("Embedded", new System.Version(1, 0)), "Embedded.dll", ModuleKind.Dll);
        ModuleDefinition module = assembly.MainModule;
        module.Types.Add(new TypeDefinition("Microsoft.CodeAnalysis", "EmbeddedAttribute", TypeAttributes.Class, module.TypeSystem.Object));
        StringAssert.Contains(DeviceProfile.Check(TypeUses.AllTypes(module)).Single(), "type embedded by the compiler");
    }

    [TestMethod]
    public void What_the_device_can_run_is_let_through()
    {
        IReadOnlyList<string> findings = DeviceProfile.Check(Example("GoodDeviceCode", "Good"));
        Assert.AreEqual(0, findings.Count, string.Join('\n', findings));
    }

    private static List<TypeDefinition> Example(string house, string name)
    {
        ModuleDefinition module = Repository.OpenFile(typeof(DeviceProfileTests).Assembly.Location);
        List<TypeDefinition> types = TypeUses.AllTypes(module)
            .Where(t => (t.FullName + "/").StartsWith($"{typeof(DeviceProfileTests).Namespace}.{house}/{name}/", System.StringComparison.Ordinal))
            .ToList();
        Assert.AreNotEqual(0, types.Count, $"The example {name} does not exist.");
        return types;
    }
}
