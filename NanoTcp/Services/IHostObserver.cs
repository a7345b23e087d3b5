namespace NanoTcp.Services;

/// <summary>Who wants to be told what becomes of the host's address.</summary>
public interface IHostObserver
{
    /// <summary>
    /// The state or the address has changed, or another station was found to use the address. All is as it is now. Called from within <see cref="NetworkStack.Poll"/>,
    /// which must not be called here.
    /// </summary>
    /// <param name="host">The host.</param>
    void HostChanged(HostConfiguration host);
}
