using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;
using NanoTcp.Tests.CompiledCode;

namespace NanoTcp.Tests.Architecture;

/// <summary>What goes to the device is written in the language that the device runs.</summary>
[TestClass]
public class DeviceProfileTests
{
    private const string Bad = "NanoTcp.Tests.Architecture.BadDeviceCode/";

    private const string Firmware = "the firmware takes a range of octets as this struct and in no other way; its price stands in docs/memory.md";
    private const string Once = "once in the life of a program";

    /// <summary>What the device can run all the same, each for its reason.</summary>
    private static readonly DeviceAllowed[] s_allowed =
    [
        new("struct used (System.SpanByte)", "NanoTcp.Drivers.Enc28j60.NanoFrameworkSpiBus::Transfer", Firmware),
        new("struct used (System.SpanByte)", "NanoTcp.Drivers.Enc28j60.NanoFrameworkSpiBus::Write", Firmware),
        new("a clock of its own (System.Environment::get_TickCount64)", "NanoTcp.Boards.BoardClock::get_Milliseconds", "here the clock comes from that the stack is given"),
        new("a clock of its own (System.DateTime::get_UtcNow)", "NanoTcp.Samples.Services.SystemWallClock::get_UnixSeconds", "it is the wall clock, which a service tells its clients; nothing waits by it"),
        new("randomness of its own", "NanoTcp.Boards.BoardRandom::.ctor", "here the randomness comes from that the stack is given: the chip's generator"),
        new("delegate made outside a constructor", "Esp32DevKitC.Program::Main", Once),
        new("delegate made outside a constructor", "Esp32S3DevKitC.Program::Main", Once),
        new("delegate made outside a constructor", "Esp32C3.Program::Main", Once),
    ];

    private static readonly CodeWorld s_deviceWorld = new(DeviceAssemblies.Select(Repository.DeviceBuildPath), [Repository.DeviceContractPath()]);

    private static readonly CodeWorld s_exampleWorld = new(
        [typeof(DeviceProfileTests).Assembly.Location],
        [typeof(object).Assembly.Location, typeof(Enumerable).Assembly.Location]);

    private static IEnumerable<string> DeviceAssemblies
    {
        get { return Repository.DeviceAssemblies.Concat(Repository.BoardAssemblies).Append(Repository.DeviceTests); }
    }

    [TestMethod]
    [DynamicData(nameof(DeviceAssemblies))]
    public void Device_code_uses_nothing_that_the_device_cannot_run(string assembly)
    {
        CodeAssembly read = Repository.OpenForDevice(assembly);
        Assert.IsTrue(read.Classes.Any(c => c.Methods.Any(m => m.Code.Length != 0)), "there is code to look at");
        DeviceFinding[] findings = DeviceProfile.Check(s_deviceWorld, read.Classes).Where(f => !s_allowed.Any(a => a.Covers(f))).ToArray();
        if (findings.Length != 0)
        {
            Assert.Fail($"{findings.Length} findings in {assembly}:\n{string.Join<DeviceFinding>('\n', findings)}");
        }
    }

    [TestMethod]
    public void What_is_allowed_is_needed()
    {
        DeviceFinding[] findings = DeviceAssemblies.SelectMany(a => DeviceProfile.Check(s_deviceWorld, Repository.OpenForDevice(a).Classes)).ToArray();
        DeviceAllowed[] idle = s_allowed.Where(a => !findings.Any(a.Covers)).ToArray();
        Assert.AreEqual(0, idle.Length, $"Take from the list, there they are not found:\n{string.Join<DeviceAllowed>('\n', idle)}");
    }

    [TestMethod]
    public void Every_assembly_that_is_compiled_for_the_device_is_looked_at()
    {
        const string Suffix = ".DeviceBuild.csproj";
        string[] built = Directory.GetFiles(Path.Combine(Repository.Root, "NanoTcp.Tests", "DeviceBuild"), "*" + Suffix)
            .Select(path => Path.GetFileName(path)[..^Suffix.Length]).ToArray();
        CollectionAssert.AreEquivalent(DeviceAssemblies.ToArray(), built);
    }

    [TestMethod]
    [DataRow("GenericType`1", "generic type declared")]
    [DataRow("IGeneric`1", "generic type declared")]
    [DataRow("GenericMethod", "generic method declared")]
    [DataRow("UsesGenericType", "generic type used (System.Collections.Generic.Dictionary`2<System.Int32,System.Int32>)")]
    [DataRow("DerivesFromGenericType", "generic type used")]
    [DataRow("ImplementsGenericType", "generic type used (System.IComparable`1<System.Int32>)")]
    [DataRow("UsesGenericMethod", "generic method used (System.Array::Empty)")]
    [DataRow("UsesFunc", "generic type used (System.Func`1<System.Int32>)")]
    [DataRow("UsesGenericAction", "generic type used (System.Action`1<System.Int32>)")]
    [DataRow("UsesAction", "delegate type of the library (System.Action)")]
    [DataRow("UsesNullable", "value that may be null (System.Nullable`1<System.Int32>)")]
    [DataRow("UsesTuple", "tuple (System.ValueTuple`2<System.Int32,System.Int32>)")]
    [DataRow("UsesTupleObject", "tuple (System.Tuple`2<System.Int32,System.Int32>)")]
    [DataRow("UsesLinq", "not in the device's library (System.Linq.Enumerable)")]
    [DataRow("UsesSpan", "span (System.Span`1<System.Byte>)")]
    [DataRow("UsesReadOnlySpan", "span (System.ReadOnlySpan`1<System.Byte>)")]
    [DataRow("UsesMemory", "span (System.Memory`1<System.Byte>)")]
    [DataRow("Pointer", "pointer (System.Byte*)")]
    [DataRow("PointerField", "pointer (System.Byte*)")]
    [DataRow("FunctionPointer", "function pointer")]
    [DataRow("CallsFunctionPointer", "function pointer")]
    [DataRow("Fixed", "fixed")]
    [DataRow("FixedString", "fixed")]
    [DataRow("StackAlloc", "stackalloc")]
    [DataRow("StackAllocToSpan", "stackalloc")]
    [DataRow("ReferenceField", "reference in a field")]
    [DataRow("UsesNativeInteger", "integer as wide as a pointer")]
    [DataRow("NativeIntegerField", "integer as wide as a pointer")]
    [DataRow("Multidimensional", "multidimensional array (System.Int32[,])")]
    [DataRow("MultidimensionalField", "multidimensional array (System.Byte[,])")]
    [DataRow("MakesMultidimensional", "multidimensional array (System.Byte[,])")]
    [DataRow("ValueType", "value type declared")]
    [DataRow("ReferenceStruct", "value type declared")]
    [DataRow("RecordStruct", "value type declared")]
    [DataRow("FixedBuffer", "value type declared")]
    [DataRow("UsesOwnStruct", "struct used (NanoTcp.Tests.Architecture.BadDeviceCode/ValueType)")]
    [DataRow("UsesLibraryStruct", "struct used (System.Guid)")]
    [DataRow("CapturesInLocalFunction", "struct used")]
    [DataRow("Interpolates", "struct used (System.Runtime.CompilerServices.DefaultInterpolatedStringHandler)")]
    [DataRow("UsesDecimal", "decimal (System.Decimal)")]
    [DataRow("UsesIndex", "Index or Range (System.Index)")]
    [DataRow("UsesRange", "Index or Range (System.Range)")]
    [DataRow("Slices", "generic method used (System.Runtime.CompilerServices.RuntimeHelpers::GetSubArray)")]
    [DataRow("Async", "async method or iterator")]
    [DataRow("AsyncIterator", "async method or iterator")]
    [DataRow("Iterator", "async method or iterator")]
    [DataRow("Lambda", "lambda or closure")]
    [DataRow("LambdaInConstructor", "lambda or closure")]
    [DataRow("Closure", "lambda or closure")]
    [DataRow("Record", "record")]
    [DataRow("AnonymousType", "type made by the compiler")]
    [DataRow("UsesInit", "init accessor")]
    [DataRow("UsesRequired", "required member")]
    [DataRow("IDefaultMethod", "interface method with a body, or static")]
    [DataRow("IStaticMethod", "interface method with a body, or static")]
    [DataRow("IStaticAbstract", "interface method with a body, or static")]
    [DataRow("MethodGroup", "delegate made outside a constructor")]
    [DataRow("VirtualMethodGroup", "delegate made outside a constructor")]
    [DataRow("UsesTypedReference", "instruction that the interpreter does not know (mkrefany)")]
    [DataRow("UsesSizeOf", "instruction that the interpreter does not know (sizeof)")]
    [DataRow("VolatileField", "volatile")]
    [DataRow("ReadsVolatileFieldOfAnother", "volatile")]
    [DataRow("UsesVolatile", "volatile (System.Threading.Volatile)")]
    [DataRow("Checked", "checked arithmetic, which the device does not check")]
    [DataRow("CheckedConversion", "checked arithmetic, which the device does not check")]
    [DataRow("CatchesDivisionByZero", "exception that the device never throws (System.DivideByZeroException)")]
    [DataRow("CatchesOverflow", "exception that the device never throws (System.OverflowException)")]
    [DataRow("Hides", "method that hides a virtual one of a base class")]
    [DataRow("HidesInPrivate", "method that hides a virtual one of a base class")]
    [DataRow("HidesByVirtual", "method that hides a virtual one of a base class")]
    [DataRow("UsesEnumText", "text of an enum, which on the device is its number (NanoTcp.Tests.Architecture.BadDeviceCode/Severity)")]
    [DataRow("UsesBoxedEnumText", "text of an enum, which on the device is its number (NanoTcp.Tests.Architecture.BadDeviceCode/Severity)")]
    [DataRow("UsesEnumName", "text of an enum, which on the device is its number (System.Enum::GetName)")]
    [DataRow("AsksForInlining", "inlining asked for, which the device's library does not know")]
    [DataRow("Native", "native method")]
    [DataRow("UsesBuffer", "not in the device's library (System.Buffer)")]
    [DataRow("UsesStopwatch", "not in the device's library (System.Diagnostics.Stopwatch)")]
    [DataRow("UsesMonitorWait", "not in the device's library (System.Threading.Monitor::Wait)")]
    [DataRow("UsesMonitorPulse", "not in the device's library (System.Threading.Monitor::Pulse)")]
    [DataRow("UsesMonitorPulse", "not in the device's library (System.Threading.Monitor::PulseAll)")]
    [DataRow("UsesThreadPool", "not in the device's library (System.Threading.ThreadPool)")]
    [DataRow("UsesResize", "not in the device's library (System.Array::Resize)")]
    [DataRow("UsesBinaryPrimitives", "not in the device's library (System.Buffers.Binary.BinaryPrimitives)")]
    [DataRow("UsesMath", "not in the device's library (System.Math)")]
    [DataRow("UsesThreadStatic", "not in the device's library (System.ThreadStaticAttribute)")]
    [DataRow("UsesTickCount", "a clock of its own (System.Environment::get_TickCount64)")]
    [DataRow("UsesUtcNow", "a clock of its own (System.DateTime::get_UtcNow)")]
    [DataRow("UsesRandom", "randomness of its own")]
    [DataRow("UsesSeed", "seed, from which the device makes other numbers each time")]
    public void What_the_device_cannot_run_is_caught(string example, string expected)
    {
        IReadOnlyList<DeviceFinding> findings = DeviceProfile.Check(s_exampleWorld, Example("BadDeviceCode", example));
        Assert.IsTrue(findings.Any(f => f.What == expected || f.Rule.What == expected), $"Found only:\n{string.Join('\n', findings)}");
        Assert.IsTrue(findings.All(f => f.Place.StartsWith(Bad + example, StringComparison.Ordinal)), $"Each finding names its place:\n{string.Join('\n', findings)}");
    }

    [TestMethod]
    public void Every_rule_has_an_example_that_it_must_catch()
    {
        string[] examples = typeof(DeviceProfileTests).GetMethod(nameof(What_the_device_cannot_run_is_caught))!.GetCustomAttributes<DataRowAttribute>()
            .Select(row => (string)row.Data[1]!).ToArray();
        string[] without = Rules().Where(rule => !examples.Any(e => e == rule.What || e.StartsWith(rule.What + " (", StringComparison.Ordinal)))
            .Select(rule => rule.What).ToArray();

        // The compiler embeds nothing of its own here; its example is made by hand, in the test below.
        CollectionAssert.AreEqual(new[] { DeviceRule.EmbeddedType.What }, without);
    }

    [TestMethod]
    [DataRow("Microsoft.CodeAnalysis.EmbeddedAttribute")]
    [DataRow("System.Runtime.CompilerServices.NullableAttribute")]
    public void A_type_that_the_compiler_embeds_is_caught(string name)
    {
        DeviceFinding finding = DeviceProfile.Check(s_exampleWorld, [MakeClass(name)]).Single();
        Assert.AreEqual(DeviceRule.EmbeddedType, finding.Rule);
        Assert.AreEqual(name, finding.Place);
    }

    [TestMethod]
    [DataRow("arglist")]
    [DataRow("break")]
    [DataRow("ckfinite")]
    [DataRow("cpblk")]
    [DataRow("cpobj")]
    [DataRow("initblk")]
    [DataRow("jmp")]
    [DataRow("mkrefany")]
    [DataRow("readonly.")]
    [DataRow("refanytype")]
    [DataRow("refanyval")]
    [DataRow("sizeof")]
    [DataRow("tail.")]
    [DataRow("unaligned.")]
    public void An_instruction_that_the_interpreter_does_not_know_is_caught(string instruction)
    {
        DeviceFinding finding = CheckInstruction(OpCode(instruction)).Single();
        Assert.AreEqual($"instruction that the interpreter does not know ({instruction})", finding.What);
    }

    [TestMethod]
    [DataRow("localloc", "stackalloc")]
    [DataRow("calli", "function pointer")]
    [DataRow("volatile.", "volatile")]
    [DataRow("ldftn", "delegate made outside a constructor")]
    [DataRow("ldvirtftn", "delegate made outside a constructor")]
    public void An_instruction_is_caught_by_itself(string instruction, string expected)
    {
        Assert.AreEqual(expected, CheckInstruction(OpCode(instruction)).Single().What);
    }

    /// <summary>All others are instructions that the interpreter runs, or have a rule of their own.</summary>
    [TestMethod]
    public void No_other_instruction_is_unknown()
    {
        string[] rows = typeof(DeviceProfileTests).GetMethod(nameof(An_instruction_that_the_interpreter_does_not_know_is_caught))!
            .GetCustomAttributes<DataRowAttribute>().Select(row => (string)row.Data[0]!).ToArray();
        string[] unknown = OpCodeFields().Where(code => code.OpCodeType != OpCodeType.Nternal)
            .Where(code => CheckInstruction(code).Any(f => f.Rule == DeviceRule.Instruction)).Select(code => code.Name!).ToArray();
        CollectionAssert.AreEquivalent(rows, unknown);
    }

    [TestMethod]
    public void Every_instruction_that_throws_on_overflow_is_caught()
    {
        string[] caught = OpCodeFields().Where(code => CheckInstruction(code).Any(f => f.Rule == DeviceRule.Checked)).Select(code => code.Name!).ToArray();

        // Six of arithmetic, sixteen conversions; the four to an integer as wide as a pointer stand for the lengths of arrays.
        Assert.HasCount(6 + 16, caught, string.Join(' ', caught));
        Assert.IsTrue(caught.All(name => name.Contains(".ovf", StringComparison.Ordinal)), string.Join(' ', caught));
    }

    [TestMethod]
    public void A_finding_names_rule_method_and_instruction_and_says_what_to_do()
    {
        DeviceFinding finding = DeviceProfile.Check(s_exampleWorld, Example("BadDeviceCode", "UsesTickCount")).Single();
        Assert.AreEqual(
            $"a clock of its own (System.Environment::get_TickCount64): {Bad}UsesTickCount::Now(), IL_0000 call System.Environment::get_TickCount64(); "
            + "take the time that is handed in: the uptime of a board is its BoardClock's, the wall clock may jump",
            finding.ToString());
        Assert.AreEqual(Bad + "UsesTickCount::Now", finding.Member);
    }

    [TestMethod]
    public void What_is_allowed_is_allowed_in_one_place()
    {
        DeviceFinding finding = DeviceProfile.Check(s_exampleWorld, Example("BadDeviceCode", "UsesRandom")).Single();
        Assert.IsTrue(new DeviceAllowed("randomness of its own", Bad + "UsesRandom::Make", "the example's").Covers(finding));
        Assert.IsFalse(new DeviceAllowed("randomness of its own", Bad + "UsesRandom::Mak", "the example's").Covers(finding));
        Assert.IsFalse(new DeviceAllowed("randomness", Bad + "UsesRandom::Make", "the example's").Covers(finding));
    }

    [TestMethod]
    public void What_the_device_can_run_is_let_through()
    {
        IReadOnlyList<DeviceFinding> findings = DeviceProfile.Check(s_exampleWorld, Example("GoodDeviceCode", null));
        Assert.AreEqual(0, findings.Count, string.Join('\n', findings));
    }

    /// <summary>The types of one example, or of all.</summary>
    private static List<CodeClass> Example(string house, string? name)
    {
        string begin = $"{typeof(DeviceProfileTests).Namespace}.{house}/{(name == null ? "" : name + "/")}";
        List<CodeClass> types = Repository.OwnAssembly.Classes.Where(t => (t.Name + "/").StartsWith(begin, StringComparison.Ordinal)).ToList();
        Assert.AreNotEqual(0, types.Count, $"The example {name} does not exist.");
        return types;
    }

    private static IEnumerable<DeviceRule> Rules()
    {
        return typeof(DeviceRule).GetFields(BindingFlags.Static | BindingFlags.NonPublic).Select(field => field.GetValue(null)).OfType<DeviceRule>();
    }

    private static IEnumerable<OpCode> OpCodeFields()
    {
        return typeof(OpCodes).GetFields().Select(field => (OpCode)field.GetValue(null)!);
    }

    private static OpCode OpCode(string name)
    {
        return OpCodeFields().Single(code => code.Name == name);
    }

    /// <summary>Checks a method that consists of one instruction.</summary>
    private static IReadOnlyList<DeviceFinding> CheckInstruction(OpCode code)
    {
        CodeClass type = MakeClass("NanoTcp.Example");
        CodeType nothing = new(CodeTypeKind.Primitive, "System.Void");
        type.Methods.Add(new CodeMethod
        {
            Class = type,
            Member = new CodeMember(new CodeType(CodeTypeKind.Class, type.Name), "Run", nothing, []),
            Attributes = MethodAttributes.Public,
            Implementation = MethodImplAttributes.IL,
            GenericParameters = 0,
            Constraints = [],
            CustomAttributes = [],
            Locals = [],
            Code = [new CodeInstruction(0, code.Size, code, null, [])],
            Handlers = [],
            Caught = [],
        });
        return DeviceProfile.Check(s_exampleWorld, [type]);
    }

    private static CodeClass MakeClass(string name)
    {
        return new CodeClass
        {
            Name = name,
            Attributes = TypeAttributes.Class,
            Base = new CodeType(CodeTypeKind.Class, "System.Object"),
            Interfaces = [],
            GenericParameters = 0,
            Constraints = [],
            CustomAttributes = [],
        };
    }
}
