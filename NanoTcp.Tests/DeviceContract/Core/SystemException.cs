namespace System;

public class SystemException : Exception
{
    internal SystemException()
    {
    }
}
