namespace System;

// nanoFramework.Runtime.Native 1.7.
public static partial class Environment
{
    public static long TickCount64
    {
        get { throw null; }
    }
}
