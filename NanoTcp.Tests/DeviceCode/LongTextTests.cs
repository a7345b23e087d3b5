using System.Linq;
using NanoTcp.Tests.Architecture;
using NanoTcp.Tests.CompiledCode;

namespace NanoTcp.Tests.DeviceCode;

/// <summary>
/// The device keeps strings as UTF-8 and goes through all of one for each character, part or position that it is asked for. With the
/// page of the HTTP server that took 1.7 s on a desktop computer. So long texts become an array of characters once.
/// </summary>
[TestClass]
public sealed class LongTextTests
{
    private static readonly string[] s_slow = ["get_Chars", "IndexOf", "Substring"];

    [TestMethod]
    [DataRow("NanoTcp", "NanoTcp.Primitives.CounterSet", ".ctor")]
    [DataRow("NanoTcp", "NanoTcp.Primitives.CounterSet", "GetNames")]
    [DataRow("NanoTcp.Samples", "NanoTcp.Samples.Text.Template", ".ctor")]
    [DataRow("NanoTcp.Samples", "NanoTcp.Samples.Text.Template", "FindMark")]
    [DataRow("NanoTcp.Samples", "NanoTcp.Samples.Text.Ascii", "From")]
    public void Who_goes_through_a_long_text_does_not_ask_a_string_for_each_character(string assembly, string type, string method)
    {
        CodeMember[] calls = CallsOf(assembly, type, method);
        CodeMember[] slow = calls.Where(c => c.Owner.Name == "System.String" && s_slow.Contains(c.Name)).ToArray();
        Assert.AreEqual(0, slow.Length, $"{type}.{method} calls {string.Join<CodeMember>(", ", slow)}");
        if (method != "FindMark")
        {
            Assert.IsTrue(calls.Any(c => c.Name is "ToCharArray" or "From"), "it does go through a text");
        }
    }

    [TestMethod]
    [DataRow("NanoTcp.Samples.Status.StatusSource")]
    [DataRow("NanoTcp.Samples.Status.StatusRows")]
    public void Who_wants_the_names_of_all_counters_asks_for_them_once(string type)
    {
        CodeMember[] calls = CallsOf("NanoTcp.Samples", type, null).Where(c => c.Owner.Name == "NanoTcp.Primitives.CounterSet").ToArray();
        Assert.IsTrue(calls.Any(c => c.Name == "GetNames"));
        Assert.IsFalse(calls.Any(c => c.Name == "GetName"));
    }

    private static CodeMember[] CallsOf(string assembly, string type, string? method)
    {
        CodeMethod[] methods = Repository.OpenForDevice(assembly).Classes
            .Where(c => c.Name == type).SelectMany(c => c.Methods).Where(m => method == null || m.Member.Name == method).ToArray();
        Assert.AreNotEqual(0, methods.Length, "the method is there");
        return methods.SelectMany(m => m.Code).Select(i => i.Operand).OfType<CodeMember>().ToArray();
    }
}
