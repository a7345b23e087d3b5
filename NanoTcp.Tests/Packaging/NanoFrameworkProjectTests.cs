using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using NanoTcp.Tests.Architecture;
using NanoTcp.Tests.CompiledCode;

namespace NanoTcp.Tests.Packaging;

/// <summary>
/// The projects for nanoFramework are lists that nobody compiles here: they are compared with the folders, with each
/// other and with the desktop's projects.
/// </summary>
[TestClass]
public class NanoFrameworkProjectTests
{
    private const string SharedAssemblyInfo = "nanoFramework/AssemblyInfo.cs";

    /// <summary>What in a source needs a package.</summary>
    private static readonly (string Package, string Pattern)[] s_uses =
    [
        ("nanoFramework.CoreLibrary", ""),
        ("nanoFramework.System.Device.Spi", @"using System\.Device\.Spi;"),
        ("nanoFramework.System.Device.Gpio", @"using System\.Device\.Gpio;"),
        ("nanoFramework.Runtime.Native", @"Environment\.TickCount64"),
        ("nanoFramework.Hardware.Esp32", @"using nanoFramework\.Hardware\.Esp32;"),
        ("nanoFramework.TestFramework", @"using nanoFramework\.TestFramework;"),
    ];

    /// <summary>What the packages need themselves, as their own nuspecs say.</summary>
    private static readonly Dictionary<string, string[]> s_dependencies = new()
    {
        ["nanoFramework.CoreLibrary"] = [],
        ["nanoFramework.Runtime.Native"] = ["nanoFramework.CoreLibrary"],
        ["nanoFramework.Runtime.Events"] = ["nanoFramework.CoreLibrary"],
        ["nanoFramework.System.Device.Gpio"] = ["nanoFramework.Runtime.Events"],
        ["nanoFramework.System.Device.Spi"] = ["nanoFramework.Runtime.Events", "nanoFramework.System.Device.Gpio"],
        ["nanoFramework.Hardware.Esp32"] = ["nanoFramework.Runtime.Events"],
        ["nanoFramework.TestFramework"] = ["nanoFramework.CoreLibrary"],
    };

    public static IEnumerable<object[]> Projects => NanoFrameworkProject.Names.Select(name => new object[] { name });

    private static NanoFrameworkProject[] All { get; } =
        NanoFrameworkProject.Names.Select(name => new NanoFrameworkProject(name)).ToArray();

    [TestMethod]
    public void Every_project_file_for_nanoFramework_is_known_to_these_tests()
    {
        string[] found = new[] { "NanoTcp", "NanoTcp.Drivers.Enc28j60", "NanoTcp.Host", "NanoTcp.Tests", "samples", "boards", "nanoFramework" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.nfproj", SearchOption.AllDirectories))
            .Order().ToArray();
        CollectionAssert.AreEqual(All.Select(project => project.Path).Order().ToArray(), found);
    }

    [TestMethod]
    [DynamicData(nameof(Projects))]
    public void Every_source_of_the_folder_is_compiled_once_and_nothing_else(string name)
    {
        NanoFrameworkProject project = new(name);
        string[] expected = [.. project.SourcesInFolder(), Path.Combine(Repository.Root, SharedAssemblyInfo)];
        CollectionAssert.AreEqual(expected.Order().ToArray(), project.Sources.Order().ToArray());
    }

    /// <summary>
    /// The desktop's projects compile every source below their folder but those in Device, by Directory.Build.targets:
    /// with the test above, the two projects of a folder differ by Device and nothing else.
    /// </summary>
    [TestMethod]
    [DataRow("NanoTcp/NanoTcp", @"Services\**")]
    [DataRow("NanoTcp/Services/NanoTcp.Services", "")]
    [DataRow("NanoTcp.Drivers.Enc28j60/NanoTcp.Drivers.Enc28j60", "")]
    [DataRow("samples/NanoTcp.Samples/NanoTcp.Samples", "")]
    public void The_desktops_project_compiles_the_same_but_for_the_folder_Device(string name, string inner)
    {
        NanoFrameworkProject project = new(name);
        XDocument desktop = XDocument.Load(Path.ChangeExtension(project.Path, ".csproj"));
        string exceptions = string.Join(' ', desktop.Descendants("Compile").Select(item => (string?)item.Attribute("Remove") ?? item.ToString()));
        Assert.AreEqual(inner, exceptions, "nothing is left out but the folder of another project");
        XDocument targets = XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.targets"));
        string[] removed = targets.Descendants("Compile").Select(item => (string)item.Attribute("Remove")!).ToArray();
        CollectionAssert.AreEqual(
            new[] { @"Device\**", @"$(MSBuildThisFileDirectory)**\bin\**;$(MSBuildThisFileDirectory)**\obj\**" },
            removed,
            "nothing is left out but the folder Device, and what builds leave beside the sources");

        // What is in there is in the device's assembly only.
        CodeAssembly read = Repository.Open(Path.GetFileName(name));
        foreach (string source in project.Sources.Where(source => source.Contains("/Device/", StringComparison.Ordinal)))
        {
            string type = Path.GetFileNameWithoutExtension(source);
            Assert.IsFalse(read.Classes.Any(found => found.Name.EndsWith("." + type, StringComparison.Ordinal)), $"{type} is compiled for the desktop");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Projects))]
    public void Every_reference_comes_from_its_package_in_the_version_of_packages_config(string name)
    {
        NanoFrameworkProject project = new(name);
        string[] expected = project.Packages.SelectMany(package => AssembliesOf(package.Key).Select(file =>
        {
            string path = Path.Combine(Repository.Root, "packages", $"{package.Key}.{package.Value}", "lib", file);
            string assembly = Path.GetFileNameWithoutExtension(file);
            // The launcher is the one assembly whose version is not its package's: it has none.
            string version = assembly == "nanoFramework.UnitTestLauncher" ? "0.0.0.0" : package.Value + ".0";
            return $"{assembly}, Version={version}, Culture=neutral, PublicKeyToken=c07d481e9758c731 {path}";
        })).Order().ToArray();
        string[] found = project.References.Select(reference => $"{reference.Assembly} {project.FullPath(reference.HintPath)}").Order().ToArray();
        CollectionAssert.AreEqual(expected, found);
    }

    [TestMethod]
    [DynamicData(nameof(Projects))]
    public void A_package_is_there_exactly_when_the_sources_or_what_they_stand_on_need_it(string name)
    {
        SortedSet<string> needed = [];
        AddNeeds(new NanoFrameworkProject(name), needed);
        CollectionAssert.AreEqual(needed.ToArray(), new NanoFrameworkProject(name).Packages.Keys.Order(StringComparer.Ordinal).ToArray());
    }

    [TestMethod]
    public void A_package_has_one_version_everywhere()
    {
        string[] versions = All.SelectMany(project => project.Packages).Select(package => $"{package.Key} {package.Value}").Distinct().ToArray();
        string[] ids = All.SelectMany(project => project.Packages.Keys).Distinct().ToArray();
        Assert.HasCount(ids.Length, versions, string.Join("; ", versions));
    }

    [TestMethod]
    [DynamicData(nameof(Projects))]
    public void Project_references_name_the_GUID_of_the_project_they_point_to(string name)
    {
        foreach ((string path, Guid guid) in new NanoFrameworkProject(name).ProjectReferences)
        {
            Assert.AreEqual(All.Single(project => project.Path == path).Guid, guid, path);
        }
    }

    [TestMethod]
    public void No_two_projects_have_the_same_GUID()
    {
        Assert.HasCount(All.Length, All.Select(project => project.Guid).Distinct().ToArray());
    }

    [TestMethod]
    [DynamicData(nameof(Projects))]
    public void Device_projects_are_compiled_at_language_version_10(string name)
    {
        Assert.AreEqual("10", new NanoFrameworkProject(name).Value("LangVersion"));
    }

    /// <summary>As Visual Studio's template has it: without the capability Test Explorer does not look into the project.</summary>
    [TestMethod]
    public void The_project_of_tests_says_that_it_holds_tests_and_how_they_are_run()
    {
        NanoFrameworkProject project = new("NanoTcp.Tests/NFUnitTest/NFUnitTest");
        CollectionAssert.AreEqual(new[] { "TestContainer" }, project.Capabilities);
        Assert.AreEqual("NFUnitTest", project.Value("AssemblyName"));
        Assert.AreEqual("true", project.Value("IsTestProject"));
        Assert.AreEqual("UnitTest", project.Value("TestProjectType"));
        Assert.IsTrue(File.Exists(project.FullPath(project.Value("RunSettingsFilePath").Replace(@"$(MSBuildProjectDirectory)\", "", StringComparison.Ordinal))));
    }

    [TestMethod]
    [DataRow("nanoFramework/NanoTcp.nanoFramework.sln", 6)]
    [DataRow("boards/NanoTcp.Boards.sln", 8)]
    public void A_solution_lists_projects_by_their_GUIDs_with_all_that_they_reference(string solution, int count)
    {
        string path = Path.Combine(Repository.Root, solution);
        string text = File.ReadAllText(path);
        MatchCollection entries = Regex.Matches(text, @"Project\(""\{(?<type>[^}]+)\}""\) = ""(?<name>[^""]+)"", ""(?<path>[^""]+)"", ""\{(?<guid>[^}]+)\}""");
        Assert.HasCount(count, entries);
        List<string> listed = [];
        foreach (Match entry in entries)
        {
            string target = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, entry.Groups["path"].Value.Replace('\\', '/')));
            NanoFrameworkProject project = All.Single(candidate => candidate.Path == target);
            Assert.AreEqual("11A8DD76-328B-46DF-9F39-F559912D0360", entry.Groups["type"].Value);
            Assert.AreEqual(project.Guid, Guid.Parse(entry.Groups["guid"].Value), target);
            Assert.AreEqual(Path.GetFileNameWithoutExtension(target), entry.Groups["name"].Value);
            string configured = project.Guid.ToString("B").ToUpperInvariant() + ".Release|Any CPU.";
            StringAssert.Contains(text, configured + "Build.0");
            Assert.AreEqual(project.IsApplication, text.Contains(configured + "Deploy.0", StringComparison.Ordinal), target);
            listed.Add(target);
        }

        string[] missing = All.Where(project => listed.Contains(project.Path)).SelectMany(project => project.ProjectReferences)
            .Select(reference => reference.Path).Except(listed).ToArray();
        CollectionAssert.AreEqual(Array.Empty<string>(), missing);
    }

    [TestMethod]
    [DataRow("NanoTcp/NanoTcp")]
    [DataRow("NanoTcp/Services/NanoTcp.Services")]
    [DataRow("NanoTcp.Drivers.Enc28j60/NanoTcp.Drivers.Enc28j60")]
    public void The_nuspec_says_what_the_project_and_the_desktops_package_say(string name)
    {
        NanoFrameworkProject project = new(name);
        string id = Path.GetFileName(name) + ".nanoFramework";
        XDocument document = XDocument.Load(Path.Combine(project.Folder, id + ".nuspec"));
        XNamespace nuget = document.Root!.Name.Namespace;
        XElement metadata = document.Root.Element(nuget + "metadata")!;
        Assert.AreEqual(id, metadata.Element(nuget + "id")!.Value);
        Assert.AreEqual(Version(), metadata.Element(nuget + "version")!.Value);
        Assert.AreEqual("MIT", metadata.Element(nuget + "license")!.Value);

        string[] dependencies = metadata.Descendants(nuget + "dependency")
            .Select(item => $"{(string)item.Attribute("id")!} {(string)item.Attribute("version")!}").Order().ToArray();
        string[] expected =
        [
            .. project.Packages.Select(package => $"{package.Key} {package.Value}"),
            .. project.ProjectReferences.Select(other => $"{Path.GetFileNameWithoutExtension(other.Path)}.nanoFramework {Version()}"),
        ];
        CollectionAssert.AreEqual(expected.Order().ToArray(), dependencies);

        string[] sources = document.Descendants(nuget + "file").Select(file => (string)file.Attribute("src")!).ToArray();
        string[] built = sources.Where(source => source.StartsWith(@"bin\Release\", StringComparison.Ordinal)).ToArray();
        CollectionAssert.AreEqual(
            new[] { "dll", "pdb", "pdbx", "pe", "xml" }.Select(extension => $@"bin\Release\{Path.GetFileName(name)}.{extension}").ToArray(), built);
        foreach (string source in sources.Except(built))
        {
            Assert.IsTrue(File.Exists(project.FullPath(source)), source);
        }

        CollectionAssert.IsSubsetOf(
            new[] { metadata.Element(nuget + "readme")!.Value, metadata.Element(nuget + "icon")!.Value, "LICENSE" },
            sources.Select(source => source.Split('\\')[^1]).ToArray());
    }

    [TestMethod]
    public void The_shared_AssemblyInfo_says_the_version_of_Directory_Build_props()
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, SharedAssemblyInfo));
        StringAssert.Contains(text, $"AssemblyVersion(\"{Version()}.0\")");
        StringAssert.Contains(text, $"AssemblyFileVersion(\"{Version()}.0\")");
    }

    /// <summary>The 2.0 firmware has neither: then one file changes.</summary>
    [TestMethod]
    public void One_file_of_the_device_knows_SpanByte_and_SpiDevice()
    {
        string[] files = All.SelectMany(project => project.SourcesInFolder())
            .Where(source => Regex.IsMatch(File.ReadAllText(source), @"\b(SpanByte|SpiDevice)\b"))
            .Select(Path.GetFileName).ToArray()!;
        CollectionAssert.AreEqual(new[] { "NanoFrameworkSpiBus.cs" }, files);
    }

    private static string[] AssembliesOf(string package)
    {
        return package switch
        {
            "nanoFramework.CoreLibrary" => ["mscorlib.dll"],
            "nanoFramework.TestFramework" => ["nanoFramework.TestFramework.dll", "nanoFramework.UnitTestLauncher.exe"],
            _ => [package.Replace("nanoFramework.System.", "System.", StringComparison.Ordinal) + ".dll"],
        };
    }

    private static void AddNeeds(NanoFrameworkProject project, SortedSet<string> needed)
    {
        foreach ((string package, string pattern) in s_uses)
        {
            if (project.SourcesInFolder().Any(source => Regex.IsMatch(File.ReadAllText(source), pattern)))
            {
                AddWithDependencies(package, needed);
            }
        }

        foreach ((string path, _) in project.ProjectReferences)
        {
            AddNeeds(All.Single(other => other.Path == path), needed);
        }
    }

    private static void AddWithDependencies(string package, SortedSet<string> needed)
    {
        needed.Add(package);
        foreach (string dependency in s_dependencies[package])
        {
            AddWithDependencies(dependency, needed);
        }
    }

    private static string Version()
    {
        return XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props")).Descendants("Version").Single().Value;
    }
}
