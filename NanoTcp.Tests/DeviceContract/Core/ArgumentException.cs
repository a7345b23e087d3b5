namespace System;

public class ArgumentException : SystemException
{
    public ArgumentException(string message)
    {
    }

    public ArgumentException(string message, string paramName)
    {
    }

    internal ArgumentException()
    {
    }
}
