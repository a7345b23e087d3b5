using System;
using NanoTcp.Sockets;

namespace NanoTcp.Tests.Sockets;

/// <summary>Tests of streams in virtual time.</summary>
public abstract class LockstepTest
{
    private protected Lockstep World { get; private set; } = null!;

    private protected NanoTcpStream Client { get; private set; } = null!;

    private protected NanoTcpStream Server { get; private set; } = null!;

    private protected long Now => World.Now;

    /// <summary>Begins with two hosts.</summary>
    [TestInitialize]
    public void Begin()
    {
        World = new Lockstep(o =>
        {
            o.Connections = 3;
            o.TimeWaitDuration = 1000;
        });
    }

    /// <summary>Lets the threads of a test that failed go.</summary>
    [TestCleanup]
    public void End()
    {
        World.Dispose();
    }

    /// <summary>Opens <see cref="Client"/> and <see cref="Server"/>.</summary>
    private protected void Open()
    {
        (Client, Server) = World.Open();
    }

    /// <summary>Closes both, and looks for what is left over.</summary>
    private protected void CloseAndBalance()
    {
        Client.Close();
        Server.Close();
        World.AssertBalanced();
    }

    /// <summary>Runs one thread to its end.</summary>
    private protected void Do(Action body)
    {
        World.Spawn(body);
        World.Finish();
    }

    /// <summary>Runs one thread to its end while others wait.</summary>
    private protected void DoBeside(Action body)
    {
        Lockstep.Actor actor = World.Spawn(body);
        World.Run(100);
        Assert.IsTrue(actor.Done, "the thread waits");
    }

    private protected static byte[] Octets(int count, int first = 0)
    {
        byte[] octets = new byte[count];
        for (int i = 0; i < count; i++)
        {
            octets[i] = (byte)((first + i) % 251);
        }

        return octets;
    }

    /// <summary>Reads until the end of the stream.</summary>
    private protected static byte[] ReadToEnd(NanoTcpStream stream, int step = 700)
    {
        byte[] buffer = new byte[step];
        byte[] all = [];
        for (int length = stream.Read(buffer, 0, step); length != 0; length = stream.Read(buffer, 0, step))
        {
            all = [.. all, .. buffer.AsSpan(0, length)];
        }

        return all;
    }
}
