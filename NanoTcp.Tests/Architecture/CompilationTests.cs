using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection.Metadata;
using System.Text;
using NanoTcp.Tests.CompiledCode;

namespace NanoTcp.Tests.Architecture;

/// <summary>What the compiler itself noted about how the assemblies were made.</summary>
[TestClass]
public class CompilationTests
{
    /// <summary>Custom debug information "compilation options" of the portable PDB format.</summary>
    private static readonly Guid s_compilationOptions = new("B5FEEC05-8CD0-4A83-96DA-466284BB4BD8");

    [TestMethod]
    [DataRow("NanoTcp")]
    [DataRow("NanoTcp.Services")]
    [DataRow("NanoTcp.Drivers.Enc28j60")]
    [DataRow("NanoTcp.Emulation")]
    [DataRow("NanoTcp.Samples")]
    public void Device_code_is_compiled_at_language_version_10_without_annotations(string assembly)
    {
        foreach (string path in new[] { Repository.AssemblyPath(assembly), Repository.DeviceBuildPath(assembly) })
        {
            Dictionary<string, string> options = CompilationOptions(path);
            Assert.AreEqual("10.0", options["language-version"], path);
            Assert.IsFalse(options.ContainsKey("nullable") && options["nullable"] != "Disable", $"{path}: nullable annotations are on");
        }
    }

    /// <summary>Guards against reading a list that is the same for all.</summary>
    [TestMethod]
    public void Host_code_is_compiled_at_the_newest_language_version()
    {
        Dictionary<string, string> options = CompilationOptions(Repository.AssemblyPath("NanoTcp.Host"));
        Assert.IsTrue(Version.Parse(options["language-version"]) > new Version(10, 0));
        Assert.AreEqual("Enable", options["nullable"]);
    }

    [TestMethod]
    [DataRow("NanoTcp")]
    [DataRow("NanoTcp.Services")]
    [DataRow("NanoTcp.Drivers.Enc28j60")]
    [DataRow("NanoTcp.Emulation")]
    [DataRow("NanoTcp.Samples")]
    public void Every_source_of_a_device_folder_goes_into_its_assembly(string assembly)
    {
        string folder = Repository.ProjectFolder(assembly);
        string project = File.ReadAllText(Path.Combine(folder, assembly + ".csproj"));
        StringAssert.Contains(project, "<DeviceProfile>true</DeviceProfile>");

        // Around the device's own buses and pins, which a desktop does not have, and what is an assembly of its own.
        project = project.Replace("<Compile Remove=\"Device\\**\" />", "", StringComparison.Ordinal);
        string[] inner = Repository.DeviceAssemblies.Select(Repository.ProjectFolder)
            .Where(other => other.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)).ToArray();
        foreach (string other in inner)
        {
            project = project.Replace($"<Compile Remove=\"{Path.GetFileName(other)}\\**\" />", "", StringComparison.Ordinal);
        }

        foreach (string exception in new[] { "LangVersion", "Compile Remove", "Compile Update", "<Nullable>" })
        {
            Assert.IsFalse(project.Contains(exception, StringComparison.Ordinal), $"{assembly}.csproj goes its own way: {exception}");
        }

        string[] sources = Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(source => !inner.Any(other => source.StartsWith(other + Path.DirectorySeparatorChar, StringComparison.Ordinal))).ToArray();
        foreach (string source in sources)
        {
            string text = File.ReadAllText(source);
            Assert.IsFalse(text.Contains("#nullable", StringComparison.Ordinal), $"{source} switches nullable annotations");
        }

        string[] compiled = CompiledSources(Repository.DeviceBuildPath(assembly));
        string[] left = sources.Select(s => Path.GetRelativePath(Repository.Root, s))
            .Where(s => !compiled.Any(c => c.EndsWith("/" + s.Replace('\\', '/'), StringComparison.Ordinal))).ToArray();
        CollectionAssert.AreEqual(Array.Empty<string>(), left, $"not in {assembly}.DeviceBuild: {string.Join(", ", left)}");
    }

    [TestMethod]
    [DataRow("NanoTcp")]
    [DataRow("NanoTcp.Services")]
    [DataRow("NanoTcp.Drivers.Enc28j60")]
    [DataRow("NanoTcp.Samples")]
    [DataRow("NanoTcp.Host")]
    public void Nothing_that_ships_refers_to_the_compiler(string assembly)
    {
        CodeAssembly read = Repository.Open(assembly);
        CollectionAssert.AreEqual(Array.Empty<string>(), LayerRules.CheckAssemblies(read, "Microsoft.CodeAnalysis").ToArray());
        // At newer language versions the compiler embeds an attribute of that namespace; on the desktop it does no harm.
        string[] named = read.ForeignTypes.Select(t => t.Namespace).Concat(read.Classes.Select(c => c.Namespace))
            .Where(name => name.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal) && assembly != "NanoTcp.Host").ToArray();
        CollectionAssert.AreEqual(Array.Empty<string>(), named);
    }

    private static string[] CompiledSources(string path)
    {
        using FileStream file = File.OpenRead(Path.ChangeExtension(path, ".pdb"));
        using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(file);
        MetadataReader reader = provider.GetMetadataReader();

        // A source without code, an enum for instance, is named all the same.
        return reader.Documents.Select(d => reader.GetString(reader.GetDocument(d).Name).Replace('\\', '/')).ToArray();
    }

    private static Dictionary<string, string> CompilationOptions(string path)
    {
        using FileStream file = File.OpenRead(Path.ChangeExtension(path, ".pdb"));
        using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(file);
        MetadataReader reader = provider.GetMetadataReader();
        CustomDebugInformation information = reader.CustomDebugInformation.Select(reader.GetCustomDebugInformation)
            .Single(i => reader.GetGuid(i.Kind) == s_compilationOptions);

        // A row of zero-terminated names and values.
        string[] words = Encoding.UTF8.GetString(reader.GetBlobBytes(information.Value)).Split('\0', StringSplitOptions.None);
        return Enumerable.Range(0, words.Length / 2).ToDictionary(i => words[2 * i], i => words[(2 * i) + 1]);
    }
}
