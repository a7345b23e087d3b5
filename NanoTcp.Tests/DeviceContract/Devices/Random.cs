namespace System;

public class Random
{
    public Random()
    {
    }

    public virtual void NextBytes(byte[] buffer) => throw null;
}
