using System.Collections.Generic;
using System.Linq;
using System.Reflection.Emit;
using NanoTcp.Tests.CompiledCode;

namespace NanoTcp.Tests.Architecture;

/// <summary>What goes to the device fits into the device's format of an assembly, which knows where a method begins by 16 bits.</summary>
[TestClass]
public class DeviceFormatTests
{
    /// <summary>The metadata processor refuses an assembly with more octets of code than this.</summary>
    private const int Limit = 65535;

    /// <summary>What one entry of a method's table of handlers takes; behind the entries stands their number, in one octet.</summary>
    private const int HandlerSize = 12;

    private static IEnumerable<string> DeviceAssemblies
    {
        get { return Repository.DeviceAssemblies.Concat(Repository.BoardAssemblies).Append(Repository.DeviceTests); }
    }

    [TestMethod]
    [DynamicData(nameof(DeviceAssemblies))]
    public void The_code_of_an_assembly_fits_into_the_devices_format(string assembly)
    {
        int octets = Repository.OpenForDevice(assembly).Classes.SelectMany(c => c.Methods).Sum(SizeOnDevice);
        Assert.IsTrue(octets <= Limit, $"{assembly} has {octets} octets of code, and one assembly holds {Limit}: make two of it.");
    }

    /// <summary>Guards against counting the desktop's octets, or nothing.</summary>
    [TestMethod]
    public void A_token_takes_two_octets_on_the_device_and_a_target_of_a_switch_too()
    {
        Assert.AreEqual(3, SizeOnDevice(new CodeInstruction(0, 5, OpCodes.Call, null, [])));
        Assert.AreEqual(3, SizeOnDevice(new CodeInstruction(0, 5, OpCodes.Ldstr, null, [])));
        Assert.AreEqual(3, SizeOnDevice(new CodeInstruction(0, 5, OpCodes.Br, null, [9])));
        Assert.AreEqual(2, SizeOnDevice(new CodeInstruction(0, 2, OpCodes.Br_S, null, [9])));
        Assert.AreEqual(5, SizeOnDevice(new CodeInstruction(0, 5, OpCodes.Ldc_I4, null, [])));
        Assert.AreEqual(8, SizeOnDevice(new CodeInstruction(0, 17, OpCodes.Switch, null, [20, 30, 40])));
    }

    private static int SizeOnDevice(CodeMethod method)
    {
        int handlers = method.Handlers.Length;
        return method.Code.Sum(SizeOnDevice) + (handlers == 0 ? 0 : (handlers * HandlerSize) + 1);
    }

    private static int SizeOnDevice(CodeInstruction instruction)
    {
        return instruction.OpCode.OperandType switch
        {
            OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineType
                or OperandType.InlineString or OperandType.InlineBrTarget => instruction.Size - 2,
            OperandType.InlineSwitch => instruction.OpCode.Size + 1 + (2 * instruction.Targets.Length),
            _ => instruction.Size,
        };
    }
}
