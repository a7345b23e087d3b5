namespace NanoTcp.Tests.Tcp;

/// <summary>How a segment differs from an acknowledgment in order of something that is out.</summary>
public enum Deviation
{
    None,
    Push,
    Marked,
    MarkedText,
    Text,
    TextAndPadding,
    TextBeyondTheWindow,
    Fin,
    Urgent,
    UrgentPointerAlone,
    EcnEcho,
    ReservedBit,
    TcpOption,
    IpOption,
    Fragment,
    AnotherWindow,
    NothingNew,
    TooMuchAcknowledged,
    BeforeTheNext,
    BehindTheNext,
    BadTcpSum,
    BadIpSum,
    TooShort,
    AnotherPort,
    AnotherSource,
    Broadcast,
}
