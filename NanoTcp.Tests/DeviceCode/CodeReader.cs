using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace NanoTcp.Tests.DeviceCode;

/// <summary>Reads the types and the code of one assembly, without loading it.</summary>
internal sealed class CodeReader
{
    private static readonly Dictionary<ushort, OpCode> s_opCodes = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => (ushort)code.Value);

    private readonly PEReader _file;
    private readonly MetadataReader _metadata;
    private readonly CodeTypeProvider _types = new();
    private readonly bool _withCode;

    private CodeReader(PEReader file, bool withCode)
    {
        _file = file;
        _metadata = file.GetMetadataReader();
        _withCode = withCode;
    }

    /// <summary>Reads an assembly.</summary>
    /// <param name="path">The file.</param>
    /// <param name="withCode">False when only the declarations are asked for.</param>
    internal static IReadOnlyList<CodeClass> Read(string path, bool withCode)
    {
        using PEReader file = new(File.OpenRead(path));
        return new CodeReader(file, withCode).Classes();
    }

    private List<CodeClass> Classes()
    {
        Dictionary<TypeDefinitionHandle, CodeClass> classes = [];
        foreach (TypeDefinitionHandle handle in _metadata.TypeDefinitions)
        {
            // An outer type stands before its nested ones (ECMA-335 II.22.32).
            TypeDefinition type = _metadata.GetTypeDefinition(handle);
            CodeClass read = new()
            {
                Name = _types.GetTypeFromDefinition(_metadata, handle, 0).Name,
                Attributes = type.Attributes,
                Base = type.BaseType.IsNil ? null : Type(type.BaseType).Name,
                Interfaces = type.GetInterfaceImplementations()
                    .Select(i => Type(_metadata.GetInterfaceImplementation(i).Interface).Name).ToArray(),
                Outer = type.GetDeclaringType().IsNil ? null : classes[type.GetDeclaringType()],
            };
            foreach (MethodDefinitionHandle method in type.GetMethods())
            {
                read.Methods.Add(Method(read, method));
            }

            foreach (MethodImplementationHandle implementation in type.GetMethodImplementations())
            {
                MethodImplementation pair = _metadata.GetMethodImplementation(implementation);
                read.Implementations[Member(pair.MethodDeclaration)] = Member(pair.MethodBody);
            }

            classes.Add(handle, read);
        }

        return classes.Values.ToList();
    }

    private CodeMethod Method(CodeClass owner, MethodDefinitionHandle handle)
    {
        MethodDefinition method = _metadata.GetMethodDefinition(handle);
        CodeType[] locals = [];
        CodeInstruction[] code = [];
        int[] handlers = [];
        if (_withCode && method.RelativeVirtualAddress != 0)
        {
            MethodBodyBlock body = _file.GetMethodBody(method.RelativeVirtualAddress);
            locals = body.LocalSignature.IsNil ? [] : [.. _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(_types, null)];
            code = Code(body.GetILReader()).ToArray();
            handlers = body.ExceptionRegions.SelectMany(r => new[] { r.HandlerOffset, r.FilterOffset }).Where(o => o >= 0).ToArray();
        }

        return new CodeMethod
        {
            Class = owner,
            Member = Member(handle),
            Attributes = method.Attributes,
            Locals = locals,
            Code = code,
            Handlers = handlers,
        };
    }

    private List<CodeInstruction> Code(BlobReader octets)
    {
        List<CodeInstruction> code = [];
        while (octets.RemainingBytes > 0)
        {
            int offset = octets.Offset;
            ushort value = octets.ReadByte();
            if (value == 0xFE)
            {
                value = (ushort)((value << 8) | octets.ReadByte());
            }

            OpCode opCode = s_opCodes[value];
            object? operand = null;
            int[] targets = [];
            switch (opCode.OperandType)
            {
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget:
                    targets = [octets.ReadSByte() + octets.Offset];
                    break;
                case OperandType.InlineBrTarget:
                    targets = [octets.ReadInt32() + octets.Offset];
                    break;
                case OperandType.InlineSwitch:
                    targets = new int[octets.ReadInt32()];
                    for (int i = 0; i < targets.Length; i++)
                    {
                        targets[i] = octets.ReadInt32();
                    }

                    int next = octets.Offset;
                    targets = targets.Select(t => t + next).ToArray();
                    break;
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineType or OperandType.InlineTok:
                    operand = Operand(MetadataTokens.EntityHandle(octets.ReadInt32()));
                    break;
                case OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    octets.ReadByte();
                    break;
                case OperandType.InlineVar:
                    octets.ReadInt16();
                    break;
                case OperandType.InlineI or OperandType.ShortInlineR or OperandType.InlineString or OperandType.InlineSig:
                    octets.ReadInt32();
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    octets.ReadInt64();
                    break;
                default:
                    throw new BadImageFormatException($"Operand of {opCode} at {offset}.");
            }

            code.Add(new CodeInstruction(offset, octets.Offset - offset, opCode, operand, targets));
        }

        return code;
    }

    private object Operand(EntityHandle handle)
    {
        return handle.Kind is HandleKind.TypeDefinition or HandleKind.TypeReference or HandleKind.TypeSpecification
            ? Type(handle) : Member(handle);
    }

    private CodeType Type(EntityHandle handle)
    {
        return handle.Kind switch
        {
            HandleKind.TypeDefinition => _types.GetTypeFromDefinition(_metadata, (TypeDefinitionHandle)handle, 0),
            HandleKind.TypeReference => _types.GetTypeFromReference(_metadata, (TypeReferenceHandle)handle, 0),
            HandleKind.TypeSpecification => _types.GetTypeFromSpecification(_metadata, null, (TypeSpecificationHandle)handle, 0),
            _ => throw new BadImageFormatException($"{handle.Kind} is no type."),
        };
    }

    private CodeMember Member(EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.MethodDefinition:
                MethodDefinition method = _metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
                return Method(Type(method.GetDeclaringType()), method.Name, method.DecodeSignature(_types, null));
            case HandleKind.FieldDefinition:
                FieldDefinition field = _metadata.GetFieldDefinition((FieldDefinitionHandle)handle);
                return new CodeMember(
                    Type(field.GetDeclaringType()), _metadata.GetString(field.Name), field.DecodeSignature(_types, null), null, false);
            case HandleKind.MethodSpecification:
                return Member(_metadata.GetMethodSpecification((MethodSpecificationHandle)handle).Method) with { IsGenericInstance = true };
            case HandleKind.MemberReference:
                MemberReference reference = _metadata.GetMemberReference((MemberReferenceHandle)handle);
                CodeType owner = reference.Parent.Kind == HandleKind.MethodDefinition ? Member(reference.Parent).Owner : Type(reference.Parent);
                return reference.GetKind() == MemberReferenceKind.Field
                    ? new CodeMember(owner, _metadata.GetString(reference.Name), reference.DecodeFieldSignature(_types, null), null, false)
                    : Method(owner, reference.Name, reference.DecodeMethodSignature(_types, null));
            default:
                throw new BadImageFormatException($"{handle.Kind} is no member.");
        }
    }

    private CodeMember Method(CodeType owner, StringHandle name, MethodSignature<CodeType> signature)
    {
        return new CodeMember(owner, _metadata.GetString(name), signature.ReturnType, [.. signature.ParameterTypes], false);
    }
}
