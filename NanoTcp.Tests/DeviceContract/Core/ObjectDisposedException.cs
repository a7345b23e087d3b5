namespace System;

public class ObjectDisposedException : SystemException
{
    public ObjectDisposedException(string message, Exception innerException)
    {
    }
}
