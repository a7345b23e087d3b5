namespace NanoTcp.Tests.Architecture;

/// <summary>One thing that code for the device must not do.</summary>
/// <param name="What">What a finding says was found.</param>
/// <param name="Advice">What to do about it.</param>
internal sealed record DeviceRule(string What, string Advice)
{
    // Generics: they compile, and crash or misbehave when they run.
    internal static readonly DeviceRule GenericTypeDeclared = new(
        "generic type declared", "write the class for the type that it is needed for");

    internal static readonly DeviceRule GenericMethodDeclared = new(
        "generic method declared", "write the method for the type that it is needed for");

    internal static readonly DeviceRule GenericTypeUsed = new(
        "generic type used", "use an array, or a class of our own");

    internal static readonly DeviceRule GenericMethodUsed = new(
        "generic method used", "write the loop, or call what is not generic");

    internal static readonly DeviceRule LibraryDelegate = new(
        "delegate type of the library", "declare a delegate type, or an interface with one method");

    internal static readonly DeviceRule Nullable = new(
        "value that may be null", "let one value stand for none, or add a bool");

    internal static readonly DeviceRule Tuple = new(
        "tuple", "use out parameters, or the fields of a reused object");

    internal static readonly DeviceRule Span = new(
        "span", "hand on the array, an offset and a length");

    // Memory that the device's collector does not know.
    internal static readonly DeviceRule Pointer = new(
        "pointer", "hand on the array and an offset");

    internal static readonly DeviceRule FunctionPointer = new(
        "function pointer", "call through an interface, or a delegate made in a constructor");

    internal static readonly DeviceRule Fixed = new(
        "fixed", "index the array");

    internal static readonly DeviceRule StackAlloc = new(
        "stackalloc", "make an array in the constructor and reuse it");

    internal static readonly DeviceRule ReferenceField = new(
        "reference in a field", "keep the array and an index");

    internal static readonly DeviceRule NativeInteger = new(
        "integer as wide as a pointer", "use int or long");

    internal static readonly DeviceRule MultidimensionalArray = new(
        "multidimensional array", "use one array and compute the index, or an array of arrays");

    // Values with fields: an object each, made anew whenever one is copied.
    internal static readonly DeviceRule ValueTypeDeclared = new(
        "value type declared", "make it a class whose objects are reused, or plain fields");

    internal static readonly DeviceRule StructUsed = new(
        "struct used", "use numbers, or a class whose objects are reused");

    internal static readonly DeviceRule Decimal = new(
        "decimal", "count the smallest unit in an int or a long");

    internal static readonly DeviceRule IndexOrRange = new(
        "Index or Range", "write the index as a number");

    // What the compiler writes by itself.
    internal static readonly DeviceRule StateMachine = new(
        "async method or iterator", "write the states as fields and a method that goes one step");

    internal static readonly DeviceRule Lambda = new(
        "lambda or closure", "write a method, and make its delegate in a constructor");

    internal static readonly DeviceRule Record = new(
        "record", "write a class");

    internal static readonly DeviceRule MadeByCompiler = new(
        "type made by the compiler", "write the type out");

    internal static readonly DeviceRule EmbeddedType = new(
        "type embedded by the compiler", "stay at language version 10 without annotations: it shifts the tables of methods");

    internal static readonly DeviceRule Init = new(
        "init accessor", "set it in the constructor");

    internal static readonly DeviceRule Required = new(
        "required member", "ask for it in the constructor");

    internal static readonly DeviceRule InterfaceBody = new(
        "interface method with a body, or static", "put the method into a class");

    internal static readonly DeviceRule DelegateOutsideConstructor = new(
        "delegate made outside a constructor", "make it once, in a constructor");

    // What the interpreter and the library lack, or do otherwise.
    internal static readonly DeviceRule Instruction = new(
        "instruction that the interpreter does not know", "write what compiles to others");

    internal static readonly DeviceRule Volatile = new(
        "volatile", "take a lock, or use Interlocked");

    internal static readonly DeviceRule Checked = new(
        "checked arithmetic, which the device does not check", "compare before computing");

    internal static readonly DeviceRule ExceptionNeverThrown = new(
        "exception that the device never throws", "look at the operands first: it throws a plain Exception when it divides by zero, and none for an overflow");

    internal static readonly DeviceRule Hiding = new(
        "method that hides a virtual one of a base class", "give it another name: the device looks for virtual methods by name, and calls it instead");

    internal static readonly DeviceRule EnumText = new(
        "text of an enum, which on the device is its number", "choose the text in a switch");

    internal static readonly DeviceRule Inlining = new(
        "inlining asked for, which the device's library does not know", "take the attribute away, or write the code in its place");

    internal static readonly DeviceRule Native = new(
        "native method", "stay with what stock firmware offers");

    internal static readonly DeviceRule Missing = new(
        "not in the device's library", "write what is needed of it");

    // What has to be handed in.
    internal static readonly DeviceRule Clock = new(
        "a clock of its own", "take the time that is handed in: the uptime of a board is its BoardClock's, the wall clock may jump");

    internal static readonly DeviceRule Randomness = new(
        "randomness of its own", "take an IRandomSource: on some targets the library's is seeded from the time");

    internal static readonly DeviceRule Seed = new(
        "seed, from which the device makes other numbers each time", "repeat runs with an IRandomSource of your own");
}
