using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Xml.Linq;
using NanoTcp.Tests.Architecture;

namespace NanoTcp.Tests.Packaging;

/// <summary>A project for nanoFramework 1.x as its file says it, with the packages.config beside it.</summary>
internal sealed class NanoFrameworkProject
{
    /// <summary>Folder below the root and name of every project for nanoFramework.</summary>
    internal static readonly string[] Names =
    [
        "NanoTcp/NanoTcp",
        "NanoTcp/Services/NanoTcp.Services",
        "NanoTcp.Drivers.Enc28j60/NanoTcp.Drivers.Enc28j60",
        "NanoTcp.Host/Emulation/NanoTcp.Emulation",
        "NanoTcp.Tests/NFUnitTest/NFUnitTest",
        "samples/NanoTcp.Samples/NanoTcp.Samples",
        "boards/NanoTcp.Boards/NanoTcp.Boards",
        "boards/Esp32DevKitC/Esp32DevKitC",
        "boards/Esp32S3DevKitC/Esp32S3DevKitC",
        "boards/Esp32C3/Esp32C3",
    ];

    private static readonly XNamespace s_msbuild = "http://schemas.microsoft.com/developer/msbuild/2003";

    private readonly XDocument _document;

    internal NanoFrameworkProject(string name)
    {
        Path = System.IO.Path.GetFullPath(System.IO.Path.Combine(Repository.Root, name + ".nfproj"));
        Folder = System.IO.Path.GetDirectoryName(Path)!;
        _document = XDocument.Load(Path);
        Packages = XDocument.Load(System.IO.Path.Combine(Folder, "packages.config")).Root!.Elements("package")
            .ToDictionary(package => (string)package.Attribute("id")!, package => (string)package.Attribute("version")!);
    }

    /// <summary>Full path of the file.</summary>
    internal string Path { get; }

    internal string Folder { get; }

    /// <summary>Ids and versions in packages.config.</summary>
    internal IReadOnlyDictionary<string, string> Packages { get; }

    internal Guid Guid => Guid.Parse(Value("ProjectGuid"));

    internal bool IsApplication => Value("OutputType") == "Exe";

    /// <summary>Full paths of what is compiled, in the file's order.</summary>
    internal string[] Sources => Includes("Compile").Select(FullPath).ToArray();

    /// <summary>What it tells Visual Studio that it is good for.</summary>
    internal string[] Capabilities => Includes("ProjectCapability").ToArray();

    /// <summary>Full paths of the projects that are referenced, and the GUIDs by which they are.</summary>
    internal (string Path, Guid Guid)[] ProjectReferences => Items("ProjectReference")
        .Select(item => (FullPath((string)item.Attribute("Include")!), Guid.Parse(item.Element(s_msbuild + "Project")!.Value)))
        .ToArray();

    /// <summary>Assembly names with version, and hint paths.</summary>
    internal (string Assembly, string HintPath)[] References => Items("Reference")
        .Select(item => ((string)item.Attribute("Include")!, item.Element(s_msbuild + "HintPath")!.Value)).ToArray();

    internal string Value(string property)
    {
        return _document.Descendants(s_msbuild + property).Single().Value;
    }

    internal string FullPath(string include)
    {
        return System.IO.Path.GetFullPath(System.IO.Path.Combine(Folder, include.Replace('\\', '/')));
    }

    /// <summary>The sources in the project's folder, without those of a project in a folder within.</summary>
    internal string[] SourcesInFolder()
    {
        return Directory.EnumerateFiles(Folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => !IsBuildOutput(System.IO.Path.GetRelativePath(Folder, file)) && !InnerFolders().Any(folder => file.StartsWith(folder, StringComparison.Ordinal))).ToArray();
    }

    public override string ToString()
    {
        return System.IO.Path.GetFileName(Path);
    }

    private static bool IsBuildOutput(string relativePath)
    {
        return relativePath.Split(System.IO.Path.DirectorySeparatorChar)[0] is "bin" or "obj";
    }

    private IEnumerable<string> InnerFolders()
    {
        return Names.Select(name => System.IO.Path.GetFullPath(System.IO.Path.Combine(Repository.Root, System.IO.Path.GetDirectoryName(name)!)))
            .Where(folder => folder != Folder).Select(folder => folder + System.IO.Path.DirectorySeparatorChar)
            .Where(folder => folder.StartsWith(Folder + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal));
    }

    private IEnumerable<XElement> Items(string kind)
    {
        return _document.Descendants(s_msbuild + kind).Where(item => item.Attribute("Include") != null);
    }

    private IEnumerable<string> Includes(string kind)
    {
        return Items(kind).Select(item => (string)item.Attribute("Include")!);
    }
}
