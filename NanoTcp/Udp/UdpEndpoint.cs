using NanoTcp.Ip;

namespace NanoTcp.Udp;

/// <summary>
/// What has a UDP port and is polled with the stack: sockets of the application, and the services that ask the network for
/// an address, a name or the time.
/// </summary>
/// <remarks>
/// Like every protocol it has two doors: <see cref="Process"/> for what stands in the frame buffer, <see cref="Dispatch"/>
/// for writing at most one datagram there; and it says when it next needs time. An endpoint belongs to one stack for good.
/// </remarks>
public abstract class UdpEndpoint
{
    /// <summary>In <see cref="Deadline"/>: no timer runs.</summary>
    internal const long Never = long.MaxValue;

    /// <summary>The next one of the same stack.</summary>
    internal UdpEndpoint Next;

    /// <summary>The port that datagrams are taken from; 0 for none.</summary>
    internal int LocalPort;

    /// <summary>When <see cref="RunTimers"/> is due, in ms. Who brings it forward tells <see cref="UdpLayer.WakeAt"/>.</summary>
    internal long Deadline = Never;

    /// <summary>True while there may be something to send. Who sets it calls <see cref="UdpLayer.AskToSend"/> too.</summary>
    internal bool OutputDue;

    internal UdpEndpoint()
    {
    }

    /// <summary>
    /// True when the endpoint wants datagrams of this sender. For anybody else its port is as good as closed.
    /// </summary>
    internal virtual bool Takes(uint sourceAddress, int sourcePort)
    {
        return true;
    }

    /// <summary>
    /// Takes in an ICMP error about a datagram from <see cref="LocalPort"/> to <see cref="IcmpProtocol.RemoteAddress"/>. Anybody
    /// can make one up. False when nothing sent from here can have caused it, or nobody wants to know.
    /// </summary>
    internal virtual bool ProcessError(IcmpProtocol icmp)
    {
        return false;
    }

    /// <summary>
    /// Takes in the datagram to <see cref="LocalPort"/> whose payload stands at <see cref="UdpLayer.PayloadOffset"/>. Its
    /// checksum is right; all else is to be doubted. What is to be kept must be copied.
    /// </summary>
    internal abstract void Process(UdpLayer udp, long now);

    /// <summary>
    /// Writes and sends at most one datagram; the frame buffer is free. True when one was sent. Whoever has no more to send
    /// clears <see cref="OutputDue"/>; who waits for a neighbour leaves it set and is asked again.
    /// </summary>
    internal abstract bool Dispatch(UdpLayer udp, long now);

    /// <summary>Does what is due by the clock, and sets <see cref="Deadline"/> anew.</summary>
    internal virtual void RunTimers(long now)
    {
        Deadline = Never;
    }

    /// <summary>The link has come up or gone down.</summary>
    internal virtual void LinkChanged(bool up, long now)
    {
    }

    /// <summary>The host has another address, or none any longer.</summary>
    internal virtual void AddressChanged(long now)
    {
    }
}
