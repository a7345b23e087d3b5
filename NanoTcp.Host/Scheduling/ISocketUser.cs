using System.Collections.Generic;
using System.Net.Sockets;

namespace NanoTcp.Host.Scheduling;

/// <summary>Somebody with sockets of the operating system that a loop must wake up for.</summary>
public interface ISocketUser
{
    /// <summary>Says which sockets the loop is to be woken for. One that is ready must be something this user then acts
    /// on, or the loop would never sleep.</summary>
    /// <param name="readable">Takes the sockets awaited to have something to read or accept.</param>
    /// <param name="writable">Takes the sockets awaited to have room or to be connected.</param>
    void AddWaits(List<Socket> readable, List<Socket> writable);
}
