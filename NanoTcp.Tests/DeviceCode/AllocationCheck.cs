using System.Collections.Generic;
using System.Linq;
using System.Reflection.Emit;
using NanoTcp.Tests.CompiledCode;

namespace NanoTcp.Tests.DeviceCode;

/// <summary>
/// Follows the calls from given methods through compiled code, and finds what takes memory from the device's garbage-collected
/// heap. That is more than <c>new</c>: there each string literal, each struct value and each boxed number is an object.
/// </summary>
/// <remarks>
/// <para>A virtual or interface call is followed to every override and implementation in the assemblies, the call of a delegate
/// to every method that any code makes a delegate of that type of. Static constructors are not followed, they run once; nor
/// is the constructor of an object whose making is a finding itself.</para>
/// <para>Of the library only the members that are known to take nothing may be called.</para>
/// <para>The misuse of a public method may cost memory: the instructions from which control can only come to the throw of a new
/// exception for misuse are passed over, and what makes up its message with them. For other throws a method is on the list of
/// <see cref="Allowed"/>.</para>
/// </remarks>
internal sealed class AllocationCheck
{
    private static readonly HashSet<string> s_misuse =
    [
        "System.ArgumentException", "System.ArgumentNullException", "System.ArgumentOutOfRangeException",
        "System.InvalidOperationException", "System.ObjectDisposedException",
    ];

    /// <summary>Members of the device's library that take no memory.</summary>
    private static readonly HashSet<string> s_free =
    [
        "System.Object::.ctor",
        "System.Array::Clear", "System.Array::Copy", "System.Array::get_Length",
        "System.BitConverter::ToInt64", "System.BitConverter::ToUInt16", "System.BitConverter::ToUInt32", "System.BitConverter::ToUInt64",
        "System.String::get_Chars", "System.String::get_Length", "System.String::op_Equality", "System.String::op_Inequality",
        "System.DateTime::get_UtcNow", "System.DateTime::get_Ticks",
        "System.Threading.Monitor::Enter", "System.Threading.Monitor::Exit",
        "System.Threading.AutoResetEvent::Set", "System.Threading.WaitHandle::WaitOne",

        // Finds the object of the thread, as long as somebody keeps it: NetworkRunner tells its users to.
        "System.Threading.Thread::get_CurrentThread",
    ];

    private readonly CodeWorld _world;
    private readonly IReadOnlyCollection<Allowed> _allowed;
    private readonly Dictionary<CodeMethod, CodeMethod?> _calledBy = [];
    private readonly Queue<CodeMethod> _toDo = new();
    private readonly List<AllocationFinding> _findings = [];

    private AllocationCheck(CodeWorld world, IReadOnlyCollection<Allowed> allowed)
    {
        _world = world;
        _allowed = allowed;
    }

    /// <summary>Checks all that can be reached.</summary>
    /// <param name="world">The assemblies.</param>
    /// <param name="roots">Where to begin; abstract and interface methods stand for all that implement them.</param>
    /// <param name="allowed">What may take memory all the same.</param>
    /// <param name="reached">Every method that was looked at.</param>
    internal static IReadOnlyList<AllocationFinding> Run(
        CodeWorld world, IEnumerable<CodeMethod> roots, IReadOnlyCollection<Allowed> allowed, out IReadOnlyCollection<CodeMethod> reached)
    {
        AllocationCheck check = new(world, allowed);
        foreach (CodeMethod root in roots.SelectMany(r => world.Targets(r.Member, r.IsVirtual)))
        {
            check.Reach(root, null);
        }

        while (check._toDo.TryDequeue(out CodeMethod? method))
        {
            check.Look(method);
        }

        reached = check._calledBy.Keys;
        return check._findings;
    }

    private void Reach(CodeMethod method, CodeMethod? caller)
    {
        if (!IsAllowed(method, Allowance.Everything) && _calledBy.TryAdd(method, caller))
        {
            _toDo.Enqueue(method);
        }
    }

    private void Look(CodeMethod method)
    {
        if (_world.IsStruct(method.Member.Type))
        {
            Find(method, -1, $"struct returned ({method.Member.Type})");
        }

        foreach (CodeType parameter in method.Member.Parameters!.Where(_world.IsStruct))
        {
            Find(method, -1, $"struct parameter ({parameter})");
        }

        foreach (CodeType local in method.Locals.Where(_world.IsStruct))
        {
            Find(method, -1, $"struct local ({local})");
        }

        foreach (CodeInstruction instruction in CodeBlocks.WithoutThrows(method, i => MayThrow(method, i)))
        {
            Look(method, instruction);
        }
    }

    private void Look(CodeMethod method, CodeInstruction instruction)
    {
        OpCode code = instruction.OpCode;
        string? what = null;
        if (code == OpCodes.Ldstr)
        {
            what = "string literal";
        }
        else if (code == OpCodes.Newarr)
        {
            what = $"array made ({instruction.Operand}[])";
        }
        else if (code == OpCodes.Box)
        {
            what = $"boxing ({instruction.Operand})";
        }
        else if (code == OpCodes.Newobj)
        {
            CodeType made = ((CodeMember)instruction.Operand!).Owner;
            what = _world.IsDelegate(made) ? $"delegate made ({made})" : $"object made ({made})";
        }
        else if (code == OpCodes.Ldftn || code == OpCodes.Ldvirtftn)
        {
            Call(method, instruction, (CodeMember)instruction.Operand!, isVirtual: code == OpCodes.Ldvirtftn);
        }
        else if (code == OpCodes.Call || code == OpCodes.Callvirt)
        {
            Call(method, instruction, (CodeMember)instruction.Operand!, isVirtual: code == OpCodes.Callvirt);
        }
        else if (instruction.Operand is CodeMember { Parameters: null } field && LoadsOrStores(code) && _world.IsStruct(field.Type))
        {
            what = $"struct copied ({field.Type})";
        }
        else if (instruction.Operand is CodeType type && LoadsOrStores(code) && _world.IsStruct(type))
        {
            what = $"struct copied ({type})";
        }

        if (what != null)
        {
            Find(method, instruction.Offset, what);
        }
    }

    private static bool LoadsOrStores(OpCode code)
    {
        return code.Name is "ldfld" or "ldsfld" or "stfld" or "stsfld" or "ldobj" or "stobj" or "cpobj" or "initobj" or "ldelem" or "stelem"
            or "unbox" or "unbox.any";
    }

    private void Call(CodeMethod method, CodeInstruction instruction, CodeMember called, bool isVirtual)
    {
        // Who returns or takes a struct finds so itself when it is ours.
        if (called.Parameters!.Append(called.Type).FirstOrDefault(_world.IsStruct) is CodeType value)
        {
            Find(method, instruction.Offset, $"struct passed or returned ({value} by {called})");
        }

        foreach (CodeMethod target in _world.Targets(called, isVirtual))
        {
            Reach(target, method);
        }

        if (!_world.Follows(called.Owner) && !_world.IsDelegate(called.Owner) && !s_free.Contains($"{called.Owner.Name}::{called.Name}"))
        {
            Find(method, instruction.Offset, $"library call that is not known to take no memory ({called})");
        }
    }

    private void Find(CodeMethod method, int offset, string what)
    {
        List<CodeMethod> chain = [];
        for (CodeMethod? m = method; m != null; m = _calledBy[m])
        {
            chain.Insert(0, m);
        }

        _findings.Add(new AllocationFinding(method, offset, what, chain));
    }

    /// <summary>Whether the throw of what the instruction leaves on the stack is none of the check's business.</summary>
    private bool MayThrow(CodeMethod method, CodeInstruction thrown)
    {
        return IsAllowed(method, Allowance.Throw)
            || (method.IsPublic && thrown.OpCode == OpCodes.Newobj && s_misuse.Contains(((CodeMember)thrown.Operand!).Owner.Name));
    }

    private bool IsAllowed(CodeMethod method, Allowance what)
    {
        return _allowed.Any(a => a.What == what && a.Place == $"{method.Class.Name}::{method.Member.Name}");
    }
}
