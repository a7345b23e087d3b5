using System;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Xml.Linq;
using NanoTcp.Tests.Architecture;
using NanoTcp.Tests.CompiledCode;
using NanoTcp.Tests.Peers;

namespace NanoTcp.Tests.Packaging;

/// <summary>What <c>dotnet pack</c> makes of the assemblies of this test run.</summary>
[TestClass]
public class PackageTests
{
    private const int Limit = 600;

    [TestMethod]
    [DataRow("NanoTcp", "")]
    [DataRow("NanoTcp.Services", "NanoTcp")]
    [DataRow("NanoTcp.Drivers.Enc28j60", "NanoTcp")]
    public void A_package_holds_assembly_documentation_readme_icon_and_licence_and_depends_on_nothing_foreign(string name, string needed)
    {
        string folder = Directory.CreateTempSubdirectory("nanotcp-pack-").FullName;
        try
        {
            Pack(name, folder);
            using ZipArchive package = ZipFile.OpenRead(Directory.EnumerateFiles(folder, "*.nupkg").Single());
            string[] content = package.Entries.Select(entry => entry.FullName)
                .Where(entry => !entry.StartsWith("_rels/", StringComparison.Ordinal) && !entry.StartsWith("package/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal).ToArray();
            string[] expected =
            [
                "LICENSE", name + ".nuspec", "README.md", "[Content_Types].xml", "icon.png", $"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml",
            ];
            CollectionAssert.AreEqual(expected.Order(StringComparer.Ordinal).ToArray(), content);

            using (Stream nuspec = package.GetEntry(name + ".nuspec")!.Open())
            {
                XElement metadata = XDocument.Load(nuspec).Root!.Elements().Single();
                XNamespace nuget = metadata.Name.Namespace;
                Assert.AreEqual("MIT", metadata.Element(nuget + "license")!.Value);
                Assert.AreEqual("README.md", metadata.Element(nuget + "readme")!.Value);
                Assert.AreEqual("icon.png", metadata.Element(nuget + "icon")!.Value);
                Assert.AreNotEqual("", metadata.Element(nuget + "description")!.Value);
                string[] dependencies = metadata.Descendants(nuget + "dependency").Select(item => (string)item.Attribute("id")!).ToArray();
                Assert.AreEqual(needed, string.Join(' ', dependencies));
            }

            using MemoryStream assembly = Read(package.GetEntry($"lib/net10.0/{name}.dll")!);
            string[] foreign = CodeReader.Read(assembly).References
                .Where(reference => reference != needed && !reference.StartsWith("System.", StringComparison.Ordinal)).ToArray();
            CollectionAssert.AreEqual(Array.Empty<string>(), foreign);

            using ZipArchive symbols = ZipFile.OpenRead(Directory.EnumerateFiles(folder, "*.snupkg").Single());
            Assert.IsNotNull(symbols.GetEntry($"lib/net10.0/{name}.pdb"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Tests, samples, boards and the desktop side are not published.</summary>
    [TestMethod]
    public void Nothing_else_is_packed()
    {
        string[] packed = Directory.EnumerateFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories)
            .Where(project => File.ReadAllText(project).Contains("<IsPackable>true", StringComparison.Ordinal))
            .Select(Path.GetFileNameWithoutExtension).Order().ToArray()!;
        CollectionAssert.AreEqual(new[] { "NanoTcp", "NanoTcp.Drivers.Enc28j60", "NanoTcp.Services" }, packed);
    }

    private static void Pack(string name, string folder)
    {
        // artifacts/bin/NanoTcp.Tests/debug: the configuration that this test run was built in.
        string configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string project = Path.Combine(Repository.ProjectFolder(name), name + ".csproj");
        Command.Run(Limit, [
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", "pack", project, "--no-build", "--nologo",
            "-c", configuration == "release" ? "Release" : "Debug", "-o", folder, "-nodeReuse:false"]).Succeeded();
    }

    private static MemoryStream Read(ZipArchiveEntry entry)
    {
        MemoryStream copy = new();
        using (Stream content = entry.Open())
        {
            content.CopyTo(copy);
        }

        copy.Position = 0;
        return copy;
    }
}
