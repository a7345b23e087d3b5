namespace System.Threading;

public sealed class Thread
{
    public Thread(ThreadStart start)
    {
    }

    public static Thread CurrentThread => throw null;

    public void Join() => throw null;

    public void Start() => throw null;
}
