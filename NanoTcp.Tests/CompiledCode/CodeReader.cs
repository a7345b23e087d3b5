using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace NanoTcp.Tests.CompiledCode;

/// <summary>Reads the types and the code of one assembly, without loading it.</summary>
internal sealed class CodeReader
{
    private static readonly Dictionary<ushort, OpCode> s_opCodes = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => (ushort)code.Value);

    private readonly PEReader _file;
    private readonly MetadataReader _metadata;
    private readonly CodeTypeProvider _types;
    private readonly bool _withCode;

    private CodeReader(PEReader file, bool withCode)
    {
        _file = file;
        _metadata = file.GetMetadataReader();
        _types = new CodeTypeProvider(_metadata);
        _withCode = withCode;
    }

    /// <summary>Reads an assembly.</summary>
    /// <param name="path">The file.</param>
    /// <param name="withCode">False when only the declarations are asked for: code and attributes are left out.</param>
    internal static CodeAssembly Read(string path, bool withCode = true)
    {
        return Read(File.OpenRead(path), withCode);
    }

    /// <summary>Reads an assembly, and closes the stream.</summary>
    internal static CodeAssembly Read(Stream stream, bool withCode = true)
    {
        using PEReader file = new(stream);
        return new CodeReader(file, withCode).Assembly();
    }

    private CodeAssembly Assembly()
    {
        return new CodeAssembly
        {
            Name = _metadata.GetString(_metadata.GetAssemblyDefinition().Name),
            References = _metadata.AssemblyReferences.Select(r => _metadata.GetString(_metadata.GetAssemblyReference(r).Name)).ToArray(),
            Classes = Classes().Where(c => c.Name != "<Module>").ToList(),
            ForeignTypes = _metadata.TypeReferences.Select(r => Type(r)).ToArray(),
            ForeignMembers = _metadata.MemberReferences.Select(r => Member(r)).ToArray(),
        };
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
                Base = type.BaseType.IsNil ? null : Type(type.BaseType),
                Interfaces = type.GetInterfaceImplementations()
                    .Select(i => Type(_metadata.GetInterfaceImplementation(i).Interface)).ToArray(),
                GenericParameters = type.GetGenericParameters().Count,
                Constraints = Constraints(type.GetGenericParameters()),
                CustomAttributes = Attributes(type.GetCustomAttributes()),
                Outer = type.GetDeclaringType().IsNil ? null : classes[type.GetDeclaringType()],
            };
            foreach (FieldDefinitionHandle field in type.GetFields())
            {
                FieldDefinition definition = _metadata.GetFieldDefinition(field);
                read.Fields.Add(new CodeField(Member(field), definition.Attributes, Attributes(definition.GetCustomAttributes())));
            }

            foreach (PropertyDefinition property in type.GetProperties().Select(_metadata.GetPropertyDefinition))
            {
                read.Properties.Add(new CodeProperty(_metadata.GetString(property.Name), Attributes(property.GetCustomAttributes())));
            }

            foreach (EventDefinition definition in type.GetEvents().Select(_metadata.GetEventDefinition))
            {
                read.Properties.Add(new CodeProperty(_metadata.GetString(definition.Name), Attributes(definition.GetCustomAttributes())));
            }

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
        CodeType[] caught = [];
        if (_withCode && method.RelativeVirtualAddress != 0)
        {
            MethodBodyBlock body = _file.GetMethodBody(method.RelativeVirtualAddress);
            locals = body.LocalSignature.IsNil ? [] : [.. _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(_types, null)];
            code = Code(body.GetILReader()).ToArray();
            handlers = body.ExceptionRegions.SelectMany(r => new[] { r.HandlerOffset, r.FilterOffset }).Where(o => o >= 0).ToArray();
            caught = body.ExceptionRegions.Where(r => r.Kind == ExceptionRegionKind.Catch).Select(r => Type(r.CatchType)).ToArray();
        }

        return new CodeMethod
        {
            Class = owner,
            Member = Member(handle),
            Attributes = method.Attributes,
            Implementation = method.ImplAttributes,
            GenericParameters = method.GetGenericParameters().Count,
            Constraints = Constraints(method.GetGenericParameters()),
            CustomAttributes =
            [
                .. Attributes(method.GetCustomAttributes()),
                .. method.GetParameters().SelectMany(p => Attributes(_metadata.GetParameter(p).GetCustomAttributes())),
            ],
            Locals = locals,
            Code = code,
            Handlers = handlers,
            Caught = caught,
        };
    }

    private CodeType[] Constraints(GenericParameterHandleCollection parameters)
    {
        return parameters.SelectMany(p => _metadata.GetGenericParameter(p).GetConstraints())
            .Select(c => Type(_metadata.GetGenericParameterConstraint(c).Type)).ToArray();
    }

    private CodeAttribute[] Attributes(CustomAttributeHandleCollection attributes)
    {
        return _withCode ? attributes.Select(a => Attribute(_metadata.GetCustomAttribute(a))).ToArray() : [];
    }

    private CodeAttribute Attribute(CustomAttribute attribute)
    {
        CodeMember constructor = Member(attribute.Constructor);
        if (!constructor.Parameters!.All(_types.IsReadableArgument))
        {
            return new CodeAttribute(constructor, constructor.Parameters!);
        }

        CustomAttributeValue<CodeType> value = attribute.DecodeValue(_types);
        IEnumerable<object?> arguments = value.FixedArguments.Select(a => a.Value).Concat(value.NamedArguments.Select(a => a.Value));
        return new CodeAttribute(constructor,
        [
            .. constructor.Parameters!,
            .. value.NamedArguments.Select(a => a.Type),
            .. arguments.OfType<CodeType>(),
            .. arguments.OfType<ImmutableArray<CustomAttributeTypedArgument<CodeType>>>().SelectMany(a => a).Select(a => a.Value).OfType<CodeType>(),
        ]);
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
                case OperandType.InlineSig:
                    operand = Signature(MetadataTokens.StandaloneSignatureHandle(octets.ReadInt32() & 0xFFFFFF));
                    break;
                case OperandType.InlineI or OperandType.ShortInlineR or OperandType.InlineString:
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

    private CodeType Signature(StandaloneSignatureHandle handle)
    {
        return _types.GetFunctionPointerType(_metadata.GetStandaloneSignature(handle).DecodeMethodSignature(_types, null));
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
                    Type(field.GetDeclaringType()), _metadata.GetString(field.Name), field.DecodeSignature(_types, null), null);
            case HandleKind.MethodSpecification:
                MethodSpecification specification = _metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                return Member(specification.Method) with { GenericArguments = [.. specification.DecodeSignature(_types, null)] };
            case HandleKind.MemberReference:
                MemberReference reference = _metadata.GetMemberReference((MemberReferenceHandle)handle);
                CodeType owner = reference.Parent.Kind == HandleKind.MethodDefinition ? Member(reference.Parent).Owner : Type(reference.Parent);
                return reference.GetKind() == MemberReferenceKind.Field
                    ? new CodeMember(owner, _metadata.GetString(reference.Name), reference.DecodeFieldSignature(_types, null), null)
                    : Method(owner, reference.Name, reference.DecodeMethodSignature(_types, null));
            default:
                throw new BadImageFormatException($"{handle.Kind} is no member.");
        }
    }

    private CodeMember Method(CodeType owner, StringHandle name, MethodSignature<CodeType> signature)
    {
        return new CodeMember(owner, _metadata.GetString(name), signature.ReturnType, [.. signature.ParameterTypes]);
    }
}
