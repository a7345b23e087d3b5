namespace System;

public abstract class Delegate
{
    internal Delegate()
    {
    }
}
