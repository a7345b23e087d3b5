namespace NanoTcp.Host.Cable;

/// <summary>Frames in the order in which they arrive; those that arrive together stay in the order they were sent.</summary>
internal sealed class CableFrameQueue
{
    private CableFrame? _last;

    internal CableFrame? First { get; private set; }

    internal int Count { get; private set; }

    internal void Add(CableFrame frame)
    {
        // From the back: only a frame held back for reordering ever travels past others.
        CableFrame? before = _last;
        while (before != null && before.Due > frame.Due)
        {
            before = before.Earlier;
        }

        CableFrame? after = before == null ? First : before.Later;
        frame.Earlier = before;
        frame.Later = after;
        if (before == null)
        {
            First = frame;
        }
        else
        {
            before.Later = frame;
        }

        if (after == null)
        {
            _last = frame;
        }
        else
        {
            after.Earlier = frame;
        }

        Count++;
    }

    internal CableFrame? TakeFirst()
    {
        CableFrame? frame = First;
        if (frame == null)
        {
            return null;
        }

        First = frame.Later;
        if (First == null)
        {
            _last = null;
        }
        else
        {
            First.Earlier = null;
        }

        frame.Later = null;
        Count--;
        return frame;
    }
}
