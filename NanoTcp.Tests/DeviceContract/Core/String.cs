using System.Runtime.CompilerServices;

namespace System;

public sealed class String
{
    public String(char[] value)
    {
    }

    public String(char[] value, int startIndex, int length)
    {
    }

    public int Length => throw null;

    [IndexerName("Chars")]
    public char this[int index] => throw null;

    public static bool operator ==(String a, String b) => throw null;

    public static bool operator !=(String a, String b) => throw null;

    public static string Concat(string str0, string str1) => throw null;

    public static string Concat(string str0, string str1, string str2) => throw null;

    public static string Concat(string str0, string str1, string str2, string str3) => throw null;

    public static string Concat(params string[] values) => throw null;

    public int IndexOf(char value) => throw null;

    public int IndexOf(char value, int startIndex) => throw null;

    public char[] ToCharArray() => throw null;

    public string Substring(int startIndex) => throw null;

    public string Substring(int startIndex, int length) => throw null;
}
