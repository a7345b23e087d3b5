namespace NanoTcp.Emulation;

/// <summary>
/// The analogue part between the PHY and the RJ45 jack, and what the errata say of it: which frames it loses or spoils.
/// </summary>
/// <remarks>
/// The errata only call these things unreliable or not supported. How often they go wrong here is a model: often enough
/// that nobody takes such a board for a good one.
/// </remarks>
internal sealed class PhysicalLine : IEthernetPort
{
    /// <summary>Of frames on a bad line, one in so many is lost, and one in so many is spoilt.</summary>
    private const int Rate = 4;

    /// <summary>Of frames that the PHY is to loop back inside, one in so many does not come back.</summary>
    private const int LoopbackRate = 3;

    /// <summary>EREVID from which on the silicon works over the industrial temperature range (DS80349 erratum 3).</summary>
    private const byte RevisionB5 = 0x05;

    private readonly ChipState _state;
    private readonly IEthernetPort _port;
    private readonly bool _polarityReversed;
    private readonly bool _tooHotOrTooCold;
    private readonly bool _wrongResistor;

    internal PhysicalLine(ChipState state, IEthernetPort port)
    {
        _state = state;
        _port = port;
        _polarityReversed = state.Options.ReceivePairSwapped;
        _tooHotOrTooCold = state.Options.OutsideCommercialTemperature && state.Options.Revision < RevisionB5;
        _wrongResistor = state.Options.BiasResistorOfOtherRevision;
    }

    /// <inheritdoc/>
    public bool LinkUp
    {
        get { return _port.LinkUp; }
    }

    /// <summary>PHSTAT2.PLRITY, when there is a signal.</summary>
    internal bool PolarityReversed
    {
        get { return _polarityReversed; }
    }

    /// <inheritdoc/>
    public int Receive(byte[] buffer, int offset, int capacity)
    {
        int length = _port.Receive(buffer, offset, capacity);
        while (length > 0 && _polarityReversed && Happens(Rate))
        {
            _state.Wire.Distorted++;
            length = _port.Receive(buffer, offset, capacity);
        }

        return length;
    }

    /// <inheritdoc/>
    public void Send(byte[] buffer, int offset, int length)
    {
        // Erratum 8: with the other resistor the amplitude is wrong, and the far end does not always understand.
        if (_wrongResistor && Happens(Rate))
        {
            _state.Wire.Distorted++;
            return;
        }

        _port.Send(buffer, offset, length);
    }

    /// <summary>Whether the frame that begins to come in will have a wrong octet.</summary>
    internal bool SpoilsReception()
    {
        // Erratum 7: the polarity is recognised, and corrected not always. Erratum 3: outside 0 to 70 degrees nothing is
        // promised on silicon B1 and B4.
        if ((_polarityReversed || _tooHotOrTooCold) && Happens(Rate))
        {
            _state.Wire.Distorted++;
            return true;
        }

        return false;
    }

    /// <summary>Whether a frame that the PHY is to loop back inside is lost (DS80349 errata 9 and 10).</summary>
    internal bool LosesLoopback()
    {
        if (Happens(LoopbackRate))
        {
            _state.Wire.Distorted++;
            return true;
        }

        return false;
    }

    private bool Happens(int rate)
    {
        return _state.Faults.Below(rate) == 0;
    }
}
