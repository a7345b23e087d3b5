namespace NanoTcp.Tcp;

/// <summary>What <see cref="TcpControlBlock.Process"/> asks for: bits, because one segment can ask for several things.</summary>
internal static class TcpActions
{
    /// <summary>Nothing.</summary>
    internal const int None = 0;

    /// <summary>An acknowledgment must go out at once.</summary>
    internal const int Acknowledge = 0x01;

    /// <summary>The segment must be answered by a reset, RFC 9293 3.5.2.</summary>
    internal const int Reset = 0x02;

    /// <summary>This side's SYN has been acknowledged.</summary>
    internal const int Opened = 0x04;

    /// <summary>SND.UNA has advanced, by <see cref="SegmentOutcome.AcknowledgedText"/> octets of data.</summary>
    internal const int Acknowledged = 0x08;

    /// <summary>A duplicate acknowledgment (RFC 5681 section 2).</summary>
    internal const int Duplicate = 0x10;

    /// <summary>Data to be placed: <see cref="SegmentOutcome.TextOffset"/>, <see cref="SegmentOutcome.TextLength"/>, <see cref="SegmentOutcome.TextPosition"/>; <see cref="SegmentOutcome.Delivered"/> octets of it and of what was there before are now in order.</summary>
    internal const int Text = 0x20;

    /// <summary>The peer's FIN has been reached: no more data will come.</summary>
    internal const int Finished = 0x40;

    /// <summary>The connection is over; <see cref="TcpControlBlock.EndReason"/> says why.</summary>
    internal const int Ended = 0x80;

    /// <summary>SND.WND was updated.</summary>
    internal const int Window = 0x100;

    /// <summary>The acknowledgment asked for is a challenge of RFC 5961.</summary>
    internal const int Challenge = 0x200;

    /// <summary>The peer repeats its SYN: it has not seen our SYN,ACK.</summary>
    internal const int RepeatSyn = 0x400;

    /// <summary>TIME-WAIT has begun or must begin anew.</summary>
    internal const int TimeWaitStarted = 0x800;

    /// <summary>Data was out of order.</summary>
    internal const int OutOfOrder = 0x1000;

    /// <summary>Out-of-order data was not kept, because one more gap could not be noted.</summary>
    internal const int GapDropped = 0x2000;

    /// <summary>The acknowledgment asked for answers an empty segment: two sides that do so to each other never stop by themselves.</summary>
    internal const int Limited = 0x4000;

    /// <summary>SND.WND was zero and is not any more.</summary>
    internal const int Reopened = 0x8000;
}
