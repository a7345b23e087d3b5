namespace System.Threading;

public sealed class AutoResetEvent : WaitHandle
{
    public AutoResetEvent(bool initialState)
    {
    }

    public bool Set() => throw null;
}
