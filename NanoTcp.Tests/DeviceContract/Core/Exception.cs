namespace System;

public class Exception
{
    internal Exception()
    {
    }
}
