using System;
using System.Collections.Generic;
using NanoTcp.Emulation;

namespace NanoTcp.Tests.Emulation;

/// <summary>A cable whose other end is the test: what it queues arrives, what is sent is kept.</summary>
internal sealed class QueuePort : IEthernetPort
{
    public Queue<byte[]> Incoming { get; } = new();

    public List<byte[]> Sent { get; } = [];

    public int SentCount { get; private set; }

    /// <summary>Set when a test counts allocations: sent frames are then counted, not kept.</summary>
    public bool OnlyCount { get; set; }

    public bool LinkUp { get; set; } = true;

    public int Receive(byte[] buffer, int offset, int capacity)
    {
        if (Incoming.Count == 0)
        {
            return 0;
        }

        byte[] frame = Incoming.Dequeue();
        if (frame.Length > capacity)
        {
            return 0;
        }

        Array.Copy(frame, 0, buffer, offset, frame.Length);
        return frame.Length;
    }

    public void Send(byte[] buffer, int offset, int length)
    {
        SentCount++;
        if (!OnlyCount)
        {
            Sent.Add(buffer.AsSpan(offset, length).ToArray());
        }
    }
}
