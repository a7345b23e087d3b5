using System;
using System.Globalization;
using System.Text;

namespace NanoTcp.Tests.Tcp;

/// <summary>
/// A segment as a line of a trace: control bits, relative <c>seq</c> and <c>ack</c>, <c>len</c>, <c>win</c>, <c>mss</c>,
/// <c>up</c> (urgent pointer), of the IP header <c>tos</c> (DSCP times four), <c>ect</c> or <c>ce</c> (ECN) and <c>ttl</c> (when it is not 64),
/// <c>opt</c> (option octets in hexadecimal). A number after <c>seq</c> or <c>ack</c> that begins with <c>=</c> is absolute.
/// </summary>
internal sealed class TraceSegment
{
    internal const int Fin = 0x01;
    internal const int Syn = 0x02;
    internal const int Rst = 0x04;
    internal const int Psh = 0x08;
    internal const int Ack = 0x10;
    internal const int Urg = 0x20;

    private const int DefaultTimeToLive = 64;
    private const int Ect0 = 2;
    private const int CongestionExperienced = 3;
    private static readonly string[] FlagNames = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];

    internal int Flags { get; private set; }

    internal string Seq { get; private set; } = "0";

    internal string? AckText { get; private set; }

    internal int Length { get; private set; }

    internal int? Window { get; private set; }

    internal int? Mss { get; private set; }

    /// <summary>SEG.UP.</summary>
    internal int UrgentPointer { get; private set; }

    /// <summary>The second octet of the IP header: <c>tos</c> is its DSCP part, <c>ect</c> and <c>ce</c> are its ECN part.</summary>
    internal int TypeOfService { get; private set; }

    internal int TimeToLive { get; private set; } = DefaultTimeToLive;

    internal byte[]? Options { get; private set; }

    /// <summary>True for a segment whose checksum is to be wrong.</summary>
    internal bool BadSum { get; private set; }

    /// <summary>True for a segment whose window makes its checksum zero, which is then written as 0xFFFF, as Linux does.</summary>
    internal bool OtherZero { get; private set; }

    internal static TraceSegment Parse(string text)
    {
        TraceSegment segment = new();
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        foreach (string name in words[0].Split(','))
        {
            int bit = Array.IndexOf(FlagNames, name);
            segment.Flags |= bit >= 0 ? 1 << bit : name == "none" ? 0 : throw new FormatException(text);
        }

        for (int i = 1; i < words.Length; i++)
        {
            switch (words[i])
            {
                case "seq":
                    segment.Seq = words[++i];
                    break;
                case "ack":
                    segment.AckText = words[++i];
                    break;
                case "len":
                    segment.Length = Number(words[++i]);
                    break;
                case "win":
                    segment.Window = Number(words[++i]);
                    break;
                case "mss":
                    segment.Mss = Number(words[++i]);
                    break;
                case "up":
                    segment.UrgentPointer = Number(words[++i]);
                    break;
                case "tos":
                    segment.TypeOfService |= Number(words[++i]);
                    break;
                case "ect":
                    segment.TypeOfService |= Ect0;
                    break;
                case "ce":
                    segment.TypeOfService |= CongestionExperienced;
                    break;
                case "ttl":
                    segment.TimeToLive = Number(words[++i]);
                    break;
                case "opt":
                    segment.Options = Convert.FromHexString(words[++i]);
                    break;
                case "otherzero":
                    segment.OtherZero = true;
                    break;
                case "badsum":
                    segment.BadSum = true;
                    break;
                default:
                    throw new FormatException(text);
            }
        }

        return segment;
    }

    /// <summary>The sequence number that a word of a trace stands for.</summary>
    internal static uint Absolute(string word, uint initial)
    {
        return word[0] == '='
            ? uint.Parse(word.AsSpan(1), CultureInfo.InvariantCulture)
            : initial + (uint)int.Parse(word, CultureInfo.InvariantCulture);
    }

    internal static string Format(int flags, string seq, string? ack, int length, int window, int? mss, int urgentPointer, int typeOfService, int timeToLive)
    {
        StringBuilder text = new();
        for (int bit = 0; bit < FlagNames.Length; bit++)
        {
            if ((flags & (1 << bit)) != 0)
            {
                text.Append(text.Length == 0 ? "" : ",").Append(FlagNames[bit]);
            }
        }

        text.Append(text.Length == 0 ? "none" : "");
        text.Append(CultureInfo.InvariantCulture, $" seq {seq}");
        if (ack != null)
        {
            text.Append(CultureInfo.InvariantCulture, $" ack {ack}");
        }

        if (length != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $" len {length}");
        }

        text.Append(CultureInfo.InvariantCulture, $" win {window}");
        if (urgentPointer != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $" up {urgentPointer}");
        }

        if (mss != null)
        {
            text.Append(CultureInfo.InvariantCulture, $" mss {mss}");
        }

        if ((typeOfService & ~CongestionExperienced) != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $" tos {typeOfService & ~CongestionExperienced}");
        }

        text.Append((typeOfService & CongestionExperienced) switch
        {
            Ect0 => " ect",
            CongestionExperienced => " ce",
            0 => "",
            _ => " ect1",
        });
        if (timeToLive != DefaultTimeToLive)
        {
            text.Append(CultureInfo.InvariantCulture, $" ttl {timeToLive}");
        }

        return text.ToString();
    }

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);
}
