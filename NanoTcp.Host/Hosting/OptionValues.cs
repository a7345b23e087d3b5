using System;
using System.Globalization;
using System.Numerics;
using NanoTcp.Host.Tap;
using NanoTcp.Services;
using NanoTcp.Wire;

namespace NanoTcp.Host.Hosting;

/// <summary>Reads the values of options; each failure is one line that says what is wrong and what would be right.</summary>
internal static class OptionValues
{
    private const uint Loopback = 127;

    internal static int Number(string option, string text, int least, int most)
    {
        if (!BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger value))
        {
            throw new HostException($"{option}: '{text}' is not a number; it takes {least} to {most}");
        }

        if (value < least || value > most)
        {
            throw new HostException($"{option}: {value} is out of range; it takes {least} to {most}");
        }

        return (int)value;
    }

    internal static uint Address(string option, string text, string example)
    {
        if (!Ipv4Address.TryParse(text, out uint address))
        {
            throw new HostException($"{option}: '{text}' is not an IPv4 address; write it as A.B.C.D, for example {example}");
        }

        return address;
    }

    internal static void AddressWithPrefix(string option, string text, HostOptions options)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !Ipv4Address.TryParse(text[..slash], out uint address)
            || !int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int prefixLength))
        {
            throw new HostException($"{option}: '{text}' is not an address with a prefix length; write it as A.B.C.D/NN, for example 192.168.77.2/24");
        }

        if (prefixLength is < 1 or > 30)
        {
            throw new HostException($"{option}: prefix length {prefixLength} is out of range; it takes 1 to 30, for example 192.168.77.2/24");
        }

        CheckHost(option, address, prefixLength);
        options.Address = address;
        options.PrefixLength = prefixLength;
    }

    /// <summary>Throws unless an address may belong to a host of its network.</summary>
    internal static void CheckHost(string option, uint address, int prefixLength)
    {
        string shown = Ipv4Address.ToText(address);
        uint first = address >> 24;
        // RFC 1122 3.2.1.3: this network, loopback, multicast and the reserved rest are no host's address.
        if (first is 0 or Loopback or >= 224)
        {
            throw new HostException($"{option}: {shown} cannot be a host's address; take one of your network, for example 192.168.77.2");
        }

        uint mask = Ipv4Address.Mask(prefixLength);
        if ((address & ~mask) == 0)
        {
            throw new HostException($"{option}: {shown} is the address of the network {shown}/{prefixLength} itself; hosts are {Range(address, mask)}");
        }

        if ((address & ~mask) == ~mask)
        {
            throw new HostException(
                $"{option}: {shown} is the broadcast address of the network {Ipv4Address.ToText(address & mask)}/{prefixLength}; hosts are {Range(address, mask)}");
        }
    }

    internal static void Gateway(string option, string text, HostOptions options)
    {
        uint gateway = Address(option, text, "192.168.77.1");
        uint mask = Ipv4Address.Mask(options.PrefixLength);
        string network = $"{Ipv4Address.ToText(options.Address & mask)}/{options.PrefixLength}";
        if ((gateway & mask) != (options.Address & mask))
        {
            throw new HostException($"{option}: {text} is outside the network {network}; it takes one of {Range(options.Address, mask)}");
        }

        if (gateway == options.Address)
        {
            throw new HostException($"{option}: {text} is the device's own address; it takes another one of {Range(options.Address, mask)}");
        }

        CheckHost(option, gateway, options.PrefixLength);
        options.Gateway = gateway;
    }

    internal static string HostName(string option, string text)
    {
        if (!HostConfigurationOptions.IsHostName(text))
        {
            throw new HostException($"{option}: '{text}' is not a host's name; it takes 1 to 63 letters, digits and hyphens with no hyphen at its ends, for example nanotcp");
        }

        return text;
    }

    internal static long Mac(string option, string text)
    {
        if (!MacAddress.TryParse(text, out long address))
        {
            throw new HostException($"{option}: '{text}' is not a MAC address; write six pairs of hexadecimal digits, for example 02:00:00:77:00:02");
        }

        if (address == 0)
        {
            throw new HostException($"{option}: {text} is nobody's address; take for example 02:00:00:77:00:02");
        }

        if (MacAddress.IsGroup(address))
        {
            throw new HostException($"{option}: {text} is a group address (its first octet is odd); a station's is even, for example 02:00:00:77:00:02");
        }

        return address;
    }

    internal static void Target(string option, string text, HostOptions options)
    {
        int colon = text.LastIndexOf(':');
        if (colon < 0 || !Ipv4Address.TryParse(text[..colon], out uint address)
            || !int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int port))
        {
            throw new HostException($"{option}: '{text}' is not an address with a port; write it as A.B.C.D:PORT, for example 127.0.0.1:7");
        }

        if (port is < 1 or > 65535)
        {
            throw new HostException($"{option}: port {port} is out of range; it takes 1 to 65535, for example 127.0.0.1:7");
        }

        if (address >> 24 is 0 or >= 224)
        {
            throw new HostException($"{option}: {text[..colon]} is no host's address; TCP connects one host with one other");
        }

        options.ConnectAddress = address;
        options.ConnectPort = port;
    }

    internal static string TapName(string option, string text)
    {
        try
        {
            TapDevice.CheckName(text);
            return text;
        }
        catch (TapException e)
        {
            throw new HostException($"{option}: {e.Message}");
        }
    }

    private static string Range(uint address, uint mask)
    {
        return $"{Ipv4Address.ToText((address & mask) + 1)} to {Ipv4Address.ToText((address | ~mask) - 1)}";
    }
}
