using System.Collections.Immutable;
using System.Linq;
using System.Reflection.Metadata;

namespace NanoTcp.Tests.DeviceCode;

/// <summary>Reads the types of signatures.</summary>
internal sealed class CodeTypeProvider : ISignatureTypeProvider<CodeType, object?>
{
    private const byte ValueTypeMark = 0x11;
    private const byte ClassMark = 0x12;

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
        return new CodeType(CodeTypeKind.FunctionPointer, "function pointer");
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
