using System.Text;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Services;

/// <summary>A query that the stack has sent to a name server.</summary>
internal sealed class SeenQuery
{
    private SeenQuery(uint server, int port, byte[] message)
    {
        Server = server;
        Port = port;
        Message = message;
    }

    /// <summary>Who was asked.</summary>
    internal uint Server { get; }

    /// <summary>The port that it was sent from.</summary>
    internal int Port { get; }

    /// <summary>The whole message.</summary>
    internal byte[] Message { get; }

    internal int Id => Frames.Get16(Message, 0);

    internal int Type => Frames.Get16(Message, Message.Length - 4);

    /// <summary>The question as it stands there: name, type, class.</summary>
    internal byte[] Question => Message[12..];

    /// <summary>The name, in the case in which it is asked.</summary>
    internal string Name
    {
        get
        {
            StringBuilder text = new();
            for (int at = 12; Message[at] != 0; at += 1 + Message[at])
            {
                text.Append(text.Length == 0 ? "" : ".").Append(Encoding.ASCII.GetString(Message, at + 1, Message[at]));
            }

            return text.ToString();
        }
    }

    /// <summary>Reads a frame, which must be a query in every detail.</summary>
    internal static SeenQuery Read(byte[] frame)
    {
        uint server = Frames.Get32(frame, 14 + 16);
        byte[] message = Datagrams.FromStack(frame, server, 53);
        Assert.AreEqual(0x0100, Frames.Get16(message, 2), "a standard query that wants recursion");
        Assert.AreEqual(0x00010000u, Frames.Get32(message, 4), "one question, no answers");
        Assert.AreEqual(0u, Frames.Get32(message, 8), "no other records");
        byte[]? name = NaiveDnsName.Read(message, 12);
        Assert.IsNotNull(name);
        Assert.AreEqual(message.Length, 12 + name.Length + 4, "nothing behind the question");
        Assert.AreEqual(1, Frames.Get16(message, message.Length - 2), "class IN");
        return new SeenQuery(server, Datagrams.SourcePort(frame), message);
    }
}
