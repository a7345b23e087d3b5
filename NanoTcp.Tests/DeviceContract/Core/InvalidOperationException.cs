namespace System;

public class InvalidOperationException : SystemException
{
    public InvalidOperationException(string message)
    {
    }
}
