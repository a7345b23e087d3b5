using System.Collections.Generic;
using System.Linq;
using NanoTcp.Tests.CompiledCode;

namespace NanoTcp.Tests.DeviceCode;

/// <summary>The check of allocations catches what it must and lets through what it may.</summary>
[TestClass]
public class AllocationCheckTests
{
    private static readonly CodeWorld s_world = new([typeof(AllocationCheckTests).Assembly.Location], [typeof(object).Assembly.Location]);

    [TestMethod]
    [DataRow("MakesObject", "object made (System.Object)")]
    [DataRow("MakesArray", "array made (System.Byte[])")]
    [DataRow("MakesInitialisedArray", "array made (System.Int32[])")]
    [DataRow("PassesParams", "array made (System.Int32[])")]
    [DataRow("Boxes", "boxing (System.Int32)")]
    [DataRow("NamesString", "string literal")]
    [DataRow("NamesConstant", "string literal")]
    [DataRow("HoldsStruct", "struct local")]
    [DataRow("TakesStruct", "struct parameter")]
    [DataRow("CallsWithStruct", "struct passed or returned")]
    [DataRow("ReturnsStruct", "struct returned")]
    [DataRow("LoadsStructFromStatic", "struct copied")]
    [DataRow("LoadsStructFromArray", "struct copied")]
    [DataRow("UsesDecimal", "struct passed or returned (System.Decimal")]
    [DataRow("UsesSpan", "struct local (System.Span`1<System.Byte>)")]
    [DataRow("MakesDelegate", "delegate made")]
    [DataRow("Captures", "delegate made")]
    [DataRow("Yields", "object made")]
    [DataRow("ThrowsOtherThanForMisuse", "object made (System.NotSupportedException)")]
    [DataRow("ThrowsForMisuseOfWhatIsNotPublic", "object made (System.ArgumentOutOfRangeException)")]
    [DataRow("MakesBeforeItMayThrow", "string literal")]
    [DataRow("CallsLibrary", "library call that is not known to take no memory (System.String::Concat")]
    [DataRow("TurnsNumberIntoText", "library call that is not known to take no memory (System.Int32::ToString")]
    [DataRow("BehindCalls", "object made")]
    [DataRow("BehindVirtualCall", "object made")]
    [DataRow("BehindAbstractCall", "object made")]
    [DataRow("BehindInterface", "object made")]
    [DataRow("BehindExplicitImplementation", "array made")]
    [DataRow("BehindInheritedImplementation", "object made")]
    [DataRow("BehindInterfaceWithBody", "object made")]
    [DataRow("BehindLibrarysVirtual", "object made")]
    [DataRow("BehindDelegate", "array made")]
    [DataRow("InHandler", "object made")]
    [DataRow("InFinally", "object made")]
    public void What_takes_memory_is_caught(string example, string expected)
    {
        IReadOnlyList<AllocationFinding> findings = Check(nameof(BadAllocations), example);
        string? caught = findings.Select(f => f.ToString())
            .FirstOrDefault(f => f.StartsWith(expected, System.StringComparison.Ordinal) && f.Contains($"/{example}", System.StringComparison.Ordinal));
        Assert.IsNotNull(caught, $"Found only:\n{string.Join('\n', findings)}");
        StringAssert.Contains(caught, $"called by NanoTcp.Tests.DeviceCode.BadAllocations/{example}::Run", "the finding names its root");
    }

    [TestMethod]
    public void What_takes_no_memory_is_let_through()
    {
        IReadOnlyList<AllocationFinding> findings = Check(nameof(GoodAllocations), "Good");
        Assert.AreEqual(0, findings.Count, string.Join('\n', findings));
    }

    [TestMethod]
    public void A_finding_names_method_instruction_and_every_call_from_the_root_on()
    {
        const string Class = "NanoTcp.Tests.DeviceCode.BadAllocations/BehindCalls";
        AllocationFinding finding = Check(nameof(BadAllocations), "BehindCalls").Single();
        Assert.AreEqual(
            $"object made (System.Object): {Class}::get_Second(), IL_0000; called by {Class}::Run > {Class}::First > {Class}::get_Second",
            finding.ToString());
    }

    [TestMethod]
    public void A_method_that_may_throw_may_do_nothing_else()
    {
        const string Place = "NanoTcp.Tests.DeviceCode.BadAllocations/";
        Allowed[] allowed =
        [
            new(Allowance.Throw, Place + "ThrowsOtherThanForMisuse::Run", "the example's"),
            new(Allowance.Throw, Place + "MakesBeforeItMayThrow::Run", "the example's"),
        ];
        Assert.AreEqual(0, Check(nameof(BadAllocations), "ThrowsOtherThanForMisuse", allowed).Count);
        Assert.AreEqual("string literal", Check(nameof(BadAllocations), "MakesBeforeItMayThrow", allowed).Single().What);
    }

    [TestMethod]
    public void A_method_that_may_do_everything_is_not_followed()
    {
        Allowed allowed = new(Allowance.Everything, "NanoTcp.Tests.DeviceCode.BadAllocations/BehindCalls::First", "the example's");
        Assert.AreEqual(0, Check(nameof(BadAllocations), "BehindCalls", allowed).Count);
    }

    private static IReadOnlyList<AllocationFinding> Check(string house, string example, params Allowed[] allowed)
    {
        CodeClass type = s_world.Class($"NanoTcp.Tests.DeviceCode.{house}/{example}");
        return AllocationCheck.Run(s_world, type.Methods.Where(m => m.Member.Name == "Run"), allowed, out _);
    }
}
