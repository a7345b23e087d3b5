namespace nanoFramework.TestFramework;

public sealed class Assert
{
    private Assert()
    {
    }

    public static void AreEqual(int expected, int actual, string message) => throw null;

    public static void AreEqual(uint expected, uint actual, string message) => throw null;

    public static void AreEqual(long expected, long actual, string message) => throw null;

    public static void IsTrue(bool condition, string message) => throw null;

    public static void IsFalse(bool condition, string message) => throw null;
}
