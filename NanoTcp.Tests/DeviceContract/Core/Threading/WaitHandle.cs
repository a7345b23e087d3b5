namespace System.Threading;

public abstract class WaitHandle : MarshalByRefObject
{
    internal WaitHandle()
    {
    }

    public virtual bool WaitOne(int millisecondsTimeout, bool exitContext) => throw null;
}
