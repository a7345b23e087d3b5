namespace NanoTcp.Tests.CompiledCode;

/// <summary>A property or an event; its code and its types are those of its accessors.</summary>
/// <param name="Name">Its name.</param>
/// <param name="CustomAttributes">What stands above it.</param>
internal sealed record CodeProperty(string Name, CodeAttribute[] CustomAttributes);
