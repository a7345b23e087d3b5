using System.Reflection;

// Of every assembly that is built for nanoFramework; its projects cannot take these from Directory.Build.props. A test
// holds the two together.
[assembly: AssemblyProduct("NanoTcp")]
[assembly: AssemblyCompany("The NanoTcp authors")]
[assembly: AssemblyCopyright("Copyright (c) The NanoTcp authors")]
[assembly: AssemblyVersion("0.1.0.0")]
[assembly: AssemblyFileVersion("0.1.0.0")]
