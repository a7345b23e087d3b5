using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;

namespace NanoTcp.Tests.CompiledCode;

/// <summary>Assemblies whose code is looked at, and the libraries below them: who derives from whom, who may be called.</summary>
internal sealed class CodeWorld
{
    /// <summary>Value types that the device keeps in one slot, like a number.</summary>
    private static readonly HashSet<string> s_numbers =
    [
        "System.Boolean", "System.Char", "System.SByte", "System.Byte", "System.Int16", "System.UInt16", "System.Int32",
        "System.UInt32", "System.Int64", "System.UInt64", "System.Single", "System.Double", "System.IntPtr", "System.UIntPtr",
        "System.DateTime", "System.TimeSpan", "System.Void", "System.RuntimeFieldHandle", "System.RuntimeTypeHandle",
    ];

    private readonly Dictionary<string, CodeClass> _classes = [];
    private readonly Dictionary<string, CodeClass> _libraries = [];

    /// <summary>For each type of delegate the methods that any code makes one of.</summary>
    private readonly Dictionary<string, List<CodeMember>> _delegates = [];

    /// <summary>Reads assemblies.</summary>
    /// <param name="assemblies">Files whose code is followed.</param>
    /// <param name="libraries">Files of which only the declarations are asked for.</param>
    internal CodeWorld(IEnumerable<string> assemblies, IEnumerable<string> libraries)
    {
        foreach (CodeClass read in assemblies.SelectMany(path => CodeReader.Read(path).Classes))
        {
            _classes.TryAdd(read.Name, read);
        }

        foreach (CodeClass read in libraries.SelectMany(path => CodeReader.Read(path, withCode: false).Classes))
        {
            _libraries.TryAdd(read.Name, read);
        }

        foreach (CodeMethod method in Classes.SelectMany(c => c.Methods))
        {
            for (int i = 1; i < method.Code.Length; i++)
            {
                if (method.Code[i].OpCode == OpCodes.Newobj && method.Code[i].Operand is CodeMember constructor && IsDelegate(constructor.Owner)
                    && method.Code[i - 1].OpCode.Name is "ldftn" or "ldvirtftn")
                {
                    _delegates.TryAdd(constructor.Owner.Name, []);
                    _delegates[constructor.Owner.Name].Add((CodeMember)method.Code[i - 1].Operand!);
                }
            }
        }
    }

    /// <summary>The types of the assemblies whose code is followed.</summary>
    internal IEnumerable<CodeClass> Classes
    {
        get { return _classes.Values; }
    }

    internal CodeClass Class(string name)
    {
        return _classes.TryGetValue(name, out CodeClass? found) ? found : throw new AssertFailedException($"There is no type {name}.");
    }

    /// <summary>Whether the code of a type is followed.</summary>
    internal bool Follows(CodeType type)
    {
        return _classes.ContainsKey(type.Name);
    }

    internal CodeClass? FindAnywhere(string name)
    {
        return _classes.TryGetValue(name, out CodeClass? found) || _libraries.TryGetValue(name, out found) ? found : null;
    }

    /// <summary>Whether a value of this type is an object of its own on the device. What nobody knows is taken for one.</summary>
    internal bool IsStruct(CodeType type)
    {
        switch (type.Kind)
        {
            case CodeTypeKind.Pinned or CodeTypeKind.Modified:
                return IsStruct(type.Parts[0]);
            case CodeTypeKind.Value:
                return !s_numbers.Contains(type.Name) && FindAnywhere(type.Name) is not { IsEnum: true };
            case CodeTypeKind.Generic or CodeTypeKind.Unknown:
                return !s_numbers.Contains(type.Name) && FindAnywhere(type.Name) is not { IsValueType: false } and not { IsEnum: true };
            case CodeTypeKind.Primitive:
                return type.Name == "System.TypedReference";
            default:
                return false;
        }
    }

    internal bool IsDelegate(CodeType type)
    {
        return FindAnywhere(type.Name) is { IsDelegate: true };
    }

    /// <summary>
    /// All methods with code that an instruction may come to. A virtual call comes to every override and implementation in
    /// the assemblies; a call of a delegate to every method that anybody makes a delegate of that type of.
    /// </summary>
    /// <param name="called">What the instruction names.</param>
    /// <param name="isVirtual">Whether the object decides.</param>
    internal IEnumerable<CodeMethod> Targets(CodeMember called, bool isVirtual)
    {
        if (called.Name == "Invoke" && IsDelegate(called.Owner))
        {
            // A delegate of a virtual method was made without saying whose it will be.
            return _delegates.TryGetValue(called.Owner.Name, out List<CodeMember>? made) ? made.SelectMany(m => Targets(m, isVirtual: true)) : [];
        }

        CodeMethod? named = FindInherited(called.Owner.Name, called.Key, anywhere: true);
        if (!isVirtual || named is { IsVirtual: false })
        {
            return named != null && _classes.ContainsKey(named.Class.Name) ? [named] : [];
        }

        return Classes.Where(c => IsA(c.Name, called.Owner.Name)).Select(c => Implementation(c, called)).OfType<CodeMethod>().Distinct();
    }

    private CodeMethod? Implementation(CodeClass of, CodeMember called)
    {
        for (CodeClass? c = of; c != null; c = c.Base == null ? null : _classes.GetValueOrDefault(c.Base.Name))
        {
            if (c.Implementations.TryGetValue(called, out CodeMember? body))
            {
                return FindInherited(body.Owner.Name, body.Key, anywhere: false);
            }

            // In a class an abstract method stands for nothing: the class that derives from it has the code.
            if (c.Find(called.Key) is { IsVirtual: true } method)
            {
                return (method.Attributes & MethodAttributes.Abstract) == 0 ? method : null;
            }
        }

        // A body that an interface itself gives.
        return FindAnywhere(called.Owner.Name)?.Find(called.Key) is { Code.Length: > 0 } own && own.Class.IsInterface
            ? own : null;
    }

    private CodeMethod? FindInherited(string type, string key, bool anywhere)
    {
        for (string? name = type; name != null;)
        {
            CodeClass? c = anywhere ? FindAnywhere(name) : _classes.GetValueOrDefault(name);
            CodeMethod? found = c?.Find(key);
            if (found != null)
            {
                return found;
            }

            name = c?.Base?.Name;
        }

        return null;
    }

    private bool IsA(string type, string wanted)
    {
        if (type == wanted)
        {
            return true;
        }

        CodeClass? c = FindAnywhere(type);
        return c != null && ((c.Base != null && IsA(c.Base.Name, wanted)) || c.Interfaces.Any(i => IsA(i.Name, wanted)));
    }
}
