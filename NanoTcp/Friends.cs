using System.Runtime.CompilerServices;

// The services lie in an assembly of their own, because the device's format holds 64 KB of code in one. They are a layer of
// the stack all the same, and use the layers below them as those use each other.
[assembly: InternalsVisibleTo("NanoTcp.Services")]
