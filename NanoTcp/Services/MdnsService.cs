using System;
using NanoTcp.Wire;

namespace NanoTcp.Services;

/// <summary>A service that an <see cref="MdnsResponder"/> offers to the link (RFC 6763). Read by its constructor and not kept.</summary>
public sealed class MdnsService
{
    /// <summary>Octets that the text of a service may have; RFC 6763 6.2 asks for few.</summary>
    private const int MostText = 400;

    /// <summary>Characters of the name of a type, RFC 6763 7.</summary>
    private const int MostServiceName = 15;

    /// <summary>RFC 6763 4.1: the name of this one among the services of its type, as a label with its length in front.</summary>
    internal readonly byte[] Instance;

    /// <summary>The two labels of the type.</summary>
    internal readonly byte[] Type;

    internal readonly int Port;

    /// <summary>Data of the TXT record.</summary>
    internal readonly byte[] Text;

    /// <summary>Describes a service.</summary>
    /// <param name="instance">What people read who look for it, as "Boiler room": up to 63 octets in UTF-8, without control
    /// characters (RFC 6763 4.1.1). When another host has it, a number is added.</param>
    /// <param name="type">What it speaks and over which protocol, as "_http._tcp" (RFC 6763 7).</param>
    /// <param name="port">Where, 1 to 65535.</param>
    /// <param name="text">What a client may want to know before it comes, as "path=/status" (RFC 6763 6.3); null or empty for
    /// nothing. 400 octets at most.</param>
    /// <exception cref="ArgumentNullException">A name is null.</exception>
    /// <exception cref="ArgumentException">A name or text is not as said.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such port.</exception>
    public MdnsService(string instance, string type, int port, string[] text)
    {
        if (instance == null)
        {
            throw new ArgumentNullException(nameof(instance));
        }

        if (type == null)
        {
            throw new ArgumentNullException(nameof(type));
        }

        if (port < 1 || port > 65535)
        {
            throw new ArgumentOutOfRangeException(nameof(port));
        }

        Port = port;
        Instance = new byte[1 + DnsName.MaxLabel];
        // RFC 6762 16.
        int length = Utf8.Encode(instance, Instance, 1);
        if (length <= 0 || HasControls(instance))
        {
            throw new ArgumentException("The name of a service has 1 to 63 octets in UTF-8, and no control characters.", nameof(instance));
        }

        Instance[0] = (byte)length;
        Type = EncodeType(type);
        Text = EncodeText(text);
    }

    private static byte[] EncodeType(string type)
    {
        byte[] name = new byte[DnsName.MaxLength];
        int length = IsType(type) ? DnsName.Encode(type, name, 0) : -1;
        if (length < 0)
        {
            throw new ArgumentException(
                "The type of a service is an underscore, 1 to 15 letters, digits and hyphens, and ._tcp or ._udp, as in _http._tcp.", nameof(type));
        }

        // Without the root: the name goes on in local.
        byte[] labels = new byte[length - 1];
        Array.Copy(name, 0, labels, 0, length - 1);
        return labels;
    }

    /// <summary>RFC 6763 7, RFC 6335 5.1.</summary>
    private static bool IsType(string type)
    {
        int dot = type.IndexOf('.');
        if (dot < 2 || dot > 1 + MostServiceName || type[0] != '_')
        {
            return false;
        }

        for (int i = 1; i < dot; i++)
        {
            char c = type[i];
            bool valid = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
            if (!valid)
            {
                return false;
            }
        }

        string protocol = type.Substring(dot);
        return protocol == "._tcp" || protocol == "._udp";
    }

    private static byte[] EncodeText(string[] text)
    {
        int count = text == null ? 0 : text.Length;
        if (count == 0)
        {
            // RFC 6763 6.1: a TXT record is never empty; one string without octets says that there is nothing to say.
            return new byte[1];
        }

        byte[] all = new byte[MostText];
        byte[] one = new byte[255];
        int at = 0;
        for (int i = 0; i < count; i++)
        {
            // RFC 6763 6.4: a key has at least one character, and none of them is outside printable ASCII.
            string entry = text[i];
            int length = entry == null || !HasKey(entry) ? -1 : Utf8.Encode(entry, one, 0);
            if (length < 0)
            {
                throw new ArgumentException("Each text is key=value or a key alone, and has up to 255 octets in UTF-8.", nameof(text));
            }

            if (at + 1 + length > MostText)
            {
                throw new ArgumentException("The text of a service has 400 octets at most.", nameof(text));
            }

            all[at] = (byte)length;
            Array.Copy(one, 0, all, at + 1, length);
            at += 1 + length;
        }

        byte[] data = new byte[at];
        Array.Copy(all, 0, data, 0, at);
        return data;
    }

    private static bool HasKey(string entry)
    {
        int i = 0;
        while (i < entry.Length && entry[i] != '=')
        {
            if (entry[i] < ' ' || entry[i] > '~')
            {
                return false;
            }

            i++;
        }

        return i != 0;
    }

    private static bool HasControls(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] < ' ' || text[i] == 0x7F)
            {
                return true;
            }
        }

        return false;
    }
}
