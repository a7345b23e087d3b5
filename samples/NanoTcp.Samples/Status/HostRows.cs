using NanoTcp.Samples.Text;
using NanoTcp.Services;

namespace NanoTcp.Samples.Status;

/// <summary>How the host has got its address, and what it was told besides.</summary>
internal sealed class HostRows : StatusRows
{
    private const int State = 0;
    private const int Origin = 1;
    private const int Reason = 2;
    private const int Server = 3;
    private const int LeaseLeft = 4;
    private const int RenewalLeft = 5;
    private const int RebindingLeft = 6;
    private const int Dns = 7;
    private const int Ntp = 9;
    private const int Domain = 11;
    private const int Name = 12;
    private const int LastConflict = 13;

    private readonly HostConfiguration _host;
    private readonly byte[][] _states = Ascii.FromAll(new string[]
    {
        "LINK-DOWN", "INIT", "SELECTING", "REQUESTING", "REBOOTING", "PROBING", "BOUND", "RENEWING", "REBINDING",
        "LINK-LOCAL", "STATIC", "CONFLICT", "RELEASING", "STOPPED",
    });

    private readonly byte[][] _origins = Ascii.FromAll(new string[] { "none", "DHCP", "link-local", "static" });
    private readonly byte[][] _reasons = Ascii.FromAll(new string[]
    {
        "none", "no answer", "refused", "expired", "conflict", "stopped",
    });

    internal HostRows(HostConfiguration host)
        : base(RowNames(), host.Counters)
    {
        _host = host;
    }

    private static string[] RowNames()
    {
        return new string[]
        {
            "host_state", "host_address_from", "host_reason", "host_server", "host_lease_left_seconds", "host_renewal_left_seconds",
            "host_rebinding_left_seconds", "host_dns_server", "host_dns_server_2", "host_ntp_server", "host_ntp_server_2",
            "host_domain", "host_name", "host_last_conflict",
        };
    }

    /// <inheritdoc/>
    internal override int KindOf(int row)
    {
        switch (row)
        {
            case LeaseLeft:
            case RenewalLeft:
            case RebindingLeft:
                return _host.Origin == AddressOrigin.Dhcp && Left(row) != long.MaxValue ? Number : None;
            case Server:
                return _host.Server == 0 ? None : Word;
            case Dns:
            case Dns + 1:
            case Ntp:
            case Ntp + 1:
                return ServerOf(row) == 0 ? None : Word;
            case Domain:
                return _host.DomainNameLength == 0 ? None : Word;
            case Name:
                return _host.HostNameLength == 0 ? None : Word;
            case LastConflict:
                return _host.LastConflict < 0 ? None : Word;
            default:
                return Word;
        }
    }

    /// <inheritdoc/>
    internal override void Write(int row, TextBuffer text)
    {
        switch (row)
        {
            case State:
                text.Append(_states[(int)_host.State]);
                break;
            case Origin:
                text.Append(_origins[(int)_host.Origin]);
                break;
            case Reason:
                text.Append(_reasons[(int)_host.Reason]);
                break;
            case Server:
                text.AppendAddress(_host.Server);
                break;
            case LeaseLeft:
            case RenewalLeft:
            case RebindingLeft:
                text.AppendNumber(Left(row));
                break;
            case Domain:
                for (int i = 0; i < _host.DomainNameLength; i++)
                {
                    text.AppendOctet(_host.GetDomainOctet(i));
                }

                break;
            case Name:
                for (int i = 0; i < _host.HostNameLength; i++)
                {
                    text.AppendOctet(_host.GetHostNameOctet(i));
                }

                break;
            case LastConflict:
                text.AppendMac(_host.LastConflict);
                break;
            default:
                text.AppendAddress(ServerOf(row));
                break;
        }
    }

    private long Left(int row)
    {
        return row == LeaseLeft ? _host.LeaseLeft : row == RenewalLeft ? _host.RenewalLeft : _host.RebindingLeft;
    }

    private uint ServerOf(int row)
    {
        return row >= Ntp ? _host.GetNtpServer(row - Ntp) : _host.GetDnsServer(row - Dns);
    }
}
