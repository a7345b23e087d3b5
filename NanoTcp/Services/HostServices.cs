using System;

namespace NanoTcp.Services;

/// <summary>
/// What most devices want of a network, put together: an address, names, the time. The servers that DHCP names go to the clients
/// that ask them.
/// </summary>
/// <remarks>
/// Each service can be made without this class, and each one that the options leave out is not made. All memory is taken in the
/// constructor; the services then live in <see cref="NetworkStack.Poll"/>.
/// </remarks>
public sealed class HostServices : IHostObserver
{
    private const int ServersOfAKind = 2;

    private readonly IHostObserver _observer;

    /// <summary>Makes the services of a stack.</summary>
    /// <param name="stack">A stack without an address.</param>
    /// <param name="options">Read here and not kept; null for the defaults.</param>
    /// <exception cref="ArgumentNullException">There is no stack.</exception>
    /// <exception cref="ArgumentException">An option is out of its range, or they do not fit together; the message says how.</exception>
    /// <exception cref="InvalidOperationException">There is no place for the multicast group of mDNS.</exception>
    public HostServices(NetworkStack stack, HostServicesOptions options)
    {
        if (stack == null)
        {
            throw new ArgumentNullException(nameof(stack));
        }

        if (options == null)
        {
            options = new HostServicesOptions();
        }

        if (options.Host == null)
        {
            throw new ArgumentException("Every device needs an address: HostServicesOptions.Host says where from.", nameof(options));
        }

        if (options.Mdns && options.Host.HostName == null)
        {
            throw new ArgumentException("To be found by mDNS a device needs a host name: HostServicesOptions.Host.HostName.", nameof(options));
        }

        // What the network says comes here first, and goes on from here.
        IHostObserver observer = options.Host.Observer;
        _observer = observer;
        options.Host.Observer = this;
        try
        {
            Host = new HostConfiguration(stack, options.Host);
        }
        finally
        {
            options.Host.Observer = observer;
        }

        Dns = options.Dns == null ? null : new DnsClient(stack, options.Dns);
        if (options.Mdns)
        {
            Mdns = new MdnsResponder(stack, options.Host.HostName, options.Services);
            LocalNames = options.LocalNames == 0 ? null : new MdnsResolver(Mdns, options.LocalNames);
        }

        if (options.Time != null)
        {
            DnsClient dns = options.Time.Dns;
            options.Time.Dns = dns == null ? Dns : dns;
            try
            {
                Time = new SntpClient(stack, options.Time);
            }
            finally
            {
                options.Time.Dns = dns;
            }
        }
    }

    /// <summary>The address, and what is behind it.</summary>
    public HostConfiguration Host { get; }

    /// <summary>Who asks name servers; null when the options left it out.</summary>
    public DnsClient Dns { get; }

    /// <summary>Who answers to the host's name; null when the options left it out.</summary>
    public MdnsResponder Mdns { get; }

    /// <summary>Who finds others on the link; null when the options left it out.</summary>
    public MdnsResolver LocalNames { get; }

    /// <summary>Who knows the time; null when the options left it out.</summary>
    public SntpClient Time { get; }

    /// <summary>
    /// Says goodbye to the link and gives the address back, in this order. Call it again, and poll between the calls, until it
    /// returns true. Connections end with the address, so close them first.
    /// </summary>
    /// <returns>True when all is said, or cannot be.</returns>
    public bool Stop()
    {
        if (Mdns != null)
        {
            Mdns.Stop();
            if (Mdns.State != MdnsState.Stopped)
            {
                return false;
            }
        }

        Host.Stop();
        return Host.State == HostState.Stopped;
    }

    /// <summary>Begins again after <see cref="Stop"/>.</summary>
    public void Start()
    {
        Host.Start();
        if (Mdns != null)
        {
            Mdns.Start();
        }
    }

    /// <inheritdoc/>
    public void HostChanged(HostConfiguration host)
    {
        for (int i = 0; i < ServersOfAKind; i++)
        {
            if (Dns != null)
            {
                Dns.SetServer(i, host.GetDnsServer(i));
            }

            if (Time != null)
            {
                Time.SetServer(i, host.GetNtpServer(i));
            }
        }

        if (_observer != null)
        {
            _observer.HostChanged(host);
        }
    }
}
