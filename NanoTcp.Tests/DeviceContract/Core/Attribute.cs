namespace System;

public abstract class Attribute
{
    internal Attribute()
    {
    }
}
