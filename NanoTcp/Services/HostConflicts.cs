using NanoTcp.Link;

namespace NanoTcp.Services;

/// <summary>Watches over the address of a host.</summary>
internal sealed class HostConflicts : ConflictDetector
{
    private readonly HostConfiguration _host;

    internal HostConflicts(HostConfiguration host)
        : base(host.Stack.Arp, host.Stack.Udp.Random)
    {
        _host = host;
    }

    private protected override void WakeOwner(long now)
    {
        _host.Wake(now);
    }
}
