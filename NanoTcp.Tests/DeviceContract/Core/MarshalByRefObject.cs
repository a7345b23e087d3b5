namespace System;

public abstract class MarshalByRefObject
{
    internal MarshalByRefObject()
    {
    }
}
