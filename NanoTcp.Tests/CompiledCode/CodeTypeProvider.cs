using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Reflection.Metadata;

namespace NanoTcp.Tests.CompiledCode;

/// <summary>Reads the types of signatures and of the arguments of attributes.</summary>
internal sealed class CodeTypeProvider : ISignatureTypeProvider<CodeType, object?>, ICustomAttributeTypeProvider<CodeType>
{
    private const byte ValueTypeMark = 0x11;
    private const byte ClassMark = 0x12;

    /// <summary>The enums of the assembly, by name, with the type of their numbers.</summary>
    private readonly Dictionary<string, PrimitiveTypeCode> _enums = [];

    internal CodeTypeProvider(MetadataReader reader)
    {
        foreach (TypeDefinitionHandle handle in reader.TypeDefinitions)
        {
            foreach (FieldDefinition field in reader.GetTypeDefinition(handle).GetFields().Select(reader.GetFieldDefinition))
            {
                if (reader.StringComparer.Equals(field.Name, "value__"))
                {
                    // FIELD and the type (ECMA-335 II.23.2.4).
                    _enums.Add(GetTypeFromDefinition(reader, handle, 0).Name, (PrimitiveTypeCode)reader.GetBlobBytes(field.Signature)[1]);
                }
            }
        }
    }

    /// <summary>Whether it can be read when it is an argument of an attribute: the size of other assemblies' enums is not known.</summary>
    internal bool IsReadableArgument(CodeType type)
    {
        return type.Kind == CodeTypeKind.Array
            ? IsReadableArgument(type.Parts[0])
            : IsSystemType(type) || _enums.ContainsKey(type.Name) || (type.Kind == CodeTypeKind.Primitive && type.Name != "System.Object");
    }

    public CodeType GetPrimitiveType(PrimitiveTypeCode typeCode)
    {
        return new CodeType(CodeTypeKind.Primitive, "System." + typeCode);
    }

    public CodeType GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        TypeDefinition type = reader.GetTypeDefinition(handle);
        string name = type.GetDeclaringType().IsNil
            ? Name(reader.GetString(type.Namespace), reader.GetString(type.Name))
            : GetTypeFromDefinition(reader, type.GetDeclaringType(), 0).Name + "/" + reader.GetString(type.Name);
        return new CodeType(Kind(rawTypeKind), name);
    }

    public CodeType GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
    {
        TypeReference type = reader.GetTypeReference(handle);
        string name = type.ResolutionScope.Kind == HandleKind.TypeReference
            ? GetTypeFromReference(reader, (TypeReferenceHandle)type.ResolutionScope, 0).Name + "/" + reader.GetString(type.Name)
            : Name(reader.GetString(type.Namespace), reader.GetString(type.Name));
        return new CodeType(Kind(rawTypeKind), name);
    }

    public CodeType GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind)
    {
        return reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);
    }

    public CodeType GetSZArrayType(CodeType elementType)
    {
        return new CodeType(CodeTypeKind.Array, "", elementType);
    }

    public CodeType GetArrayType(CodeType elementType, ArrayShape shape)
    {
        return new CodeType(CodeTypeKind.MultidimensionalArray, "", elementType);
    }

    public CodeType GetByReferenceType(CodeType elementType)
    {
        return new CodeType(CodeTypeKind.Reference, "", elementType);
    }

    public CodeType GetPointerType(CodeType elementType)
    {
        return new CodeType(CodeTypeKind.Pointer, "", elementType);
    }

    public CodeType GetPinnedType(CodeType elementType)
    {
        return new CodeType(CodeTypeKind.Pinned, "", elementType);
    }

    public CodeType GetModifiedType(CodeType modifier, CodeType unmodifiedType, bool isRequired)
    {
        return new CodeType(CodeTypeKind.Modified, "", unmodifiedType, modifier);
    }

    public CodeType GetGenericInstantiation(CodeType genericType, ImmutableArray<CodeType> typeArguments)
    {
        return new CodeType(CodeTypeKind.Generic, genericType.Name, typeArguments.ToArray());
    }

    public CodeType GetGenericMethodParameter(object? genericContext, int index)
    {
        return new CodeType(CodeTypeKind.Parameter, "!!" + index);
    }

    public CodeType GetGenericTypeParameter(object? genericContext, int index)
    {
        return new CodeType(CodeTypeKind.Parameter, "!" + index);
    }

    public CodeType GetFunctionPointerType(MethodSignature<CodeType> signature)
    {
        return new CodeType(CodeTypeKind.FunctionPointer, "function pointer", [signature.ReturnType, .. signature.ParameterTypes]);
    }

    public CodeType GetSystemType()
    {
        return new CodeType(CodeTypeKind.Class, "System.Type");
    }

    public bool IsSystemType(CodeType type)
    {
        return type.Name == "System.Type";
    }

    public CodeType GetTypeFromSerializedName(string name)
    {
        // Reflection's way to write it: Outer+Nested, Assembly. What is composed of types ends at its first bracket.
        return new CodeType(CodeTypeKind.Unknown, name.Split(',', '[')[0].Replace('+', '/'));
    }

    public PrimitiveTypeCode GetUnderlyingEnumType(CodeType type)
    {
        return _enums.GetValueOrDefault(type.Name, PrimitiveTypeCode.Int32);
    }

    private static string Name(string space, string name)
    {
        return space.Length == 0 ? name : space + "." + name;
    }

    private static CodeTypeKind Kind(byte mark)
    {
        return mark switch
        {
            ValueTypeMark => CodeTypeKind.Value,
            ClassMark => CodeTypeKind.Class,
            _ => CodeTypeKind.Unknown,
        };
    }
}
