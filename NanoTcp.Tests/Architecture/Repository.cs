using System;
using System.IO;
using NanoTcp.Tests.CompiledCode;

namespace NanoTcp.Tests.Architecture;

/// <summary>Finds the sources and the built assemblies that belong to this test run.</summary>
internal static class Repository
{
    /// <summary>Names of the assemblies that also go to the device.</summary>
    internal static readonly string[] DeviceAssemblies = ["NanoTcp", "NanoTcp.Services", "NanoTcp.Drivers.Enc28j60", "NanoTcp.Emulation", "NanoTcp.Samples"];

    /// <summary>Names of the assemblies of boards, which are compiled for the device only.</summary>
    internal static readonly string[] BoardAssemblies = ["NanoTcp.Boards", "Esp32DevKitC", "Esp32S3DevKitC", "Esp32C3"];

    private static readonly Lazy<CodeAssembly> s_ownAssembly = new(() => CodeReader.Read(typeof(Repository).Assembly.Location));

    /// <summary>The tests that also run on the device.</summary>
    internal const string DeviceTests = "NFUnitTest";

    /// <summary>The folder that holds NanoTcp.sln.</summary>
    internal static string Root { get; } = FindRoot();

    /// <summary>The project folder of a device assembly.</summary>
    internal static string ProjectFolder(string assembly)
    {
        return assembly switch
        {
            "NanoTcp.Samples" => Path.Combine(Root, "samples", assembly),
            "NanoTcp.Services" => Path.Combine(Root, "NanoTcp", "Services"),
            "NanoTcp.Emulation" => Path.Combine(Root, "NanoTcp.Host", "Emulation"),
            _ => Path.Combine(Root, assembly),
        };
    }

    /// <summary>The assembly of that name beside the test assembly, where its own build has put it.</summary>
    internal static string AssemblyPath(string assembly)
    {
        return Path.Combine(AppContext.BaseDirectory, assembly + ".dll");
    }

    /// <summary>This assembly, with the examples that the checks must catch.</summary>
    internal static CodeAssembly OwnAssembly
    {
        get { return s_ownAssembly.Value; }
    }

    /// <summary>Reads an assembly as a board's project would compile it.</summary>
    internal static CodeAssembly OpenForDevice(string assembly)
    {
        return CodeReader.Read(DeviceBuildPath(assembly));
    }

    /// <summary>
    /// A device assembly compiled against <see cref="DeviceContractPath"/> and nothing else; the projects in the folder
    /// DeviceBuild make them, in the same configuration as the tests.
    /// </summary>
    internal static string DeviceBuildPath(string assembly)
    {
        return OutputPath(assembly + ".DeviceBuild", assembly + ".dll");
    }

    /// <summary>The contract of the device's libraries, made by the project in the folder DeviceContract.</summary>
    internal static string DeviceContractPath()
    {
        return OutputPath("NanoTcp.DeviceContract", "mscorlib.dll");
    }

    /// <summary>Reads the desktop's build of an assembly.</summary>
    internal static CodeAssembly Open(string assembly)
    {
        return CodeReader.Read(AssemblyPath(assembly));
    }

    private static string OutputPath(string project, string file)
    {
        // artifacts/bin/NanoTcp.Tests/debug/ -> artifacts/bin/PROJECT/debug/
        DirectoryInfo configuration = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(configuration.Parent!.Parent!.FullName, project, configuration.Name, file);
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "NanoTcp.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException(
            $"No folder above {AppContext.BaseDirectory} holds NanoTcp.sln: run the tests from a build inside the repository.");
    }
}
