namespace NanoTcp.Emulation;

/// <summary>The smaller and the greater of two numbers; the device keeps System.Math in a package that nothing else here needs.</summary>
internal static class Bounds
{
    internal static int Min(int first, int second)
    {
        return first < second ? first : second;
    }

    internal static long Min(long first, long second)
    {
        return first < second ? first : second;
    }

    internal static int Max(int first, int second)
    {
        return first > second ? first : second;
    }

    internal static long Max(long first, long second)
    {
        return first > second ? first : second;
    }
}
