namespace NanoTcp.Emulation;

/// <summary>The wires between host and chip while something is wrong with them, or with the supply.</summary>
/// <remarks>Only entered while <see cref="Enc28j60Faults.Armed"/>: an operation over good wires passes by.</remarks>
internal sealed class BusFaults
{
    /// <summary>What an open line with a pull-up reads.</summary>
    private const byte PulledUp = 0xFF;

    private readonly ChipState _state;
    private readonly Timeline _timeline;
    private readonly SpiDecoder _decoder;
    private readonly PowerAndReset _power;
    private readonly LinkFaults _link;

    internal BusFaults(ChipState state, Timeline timeline, SpiDecoder decoder, PowerAndReset power, LinkFaults link)
    {
        _state = state;
        _timeline = timeline;
        _decoder = decoder;
        _power = power;
        _link = link;
    }

    /// <summary>One operation, as <see cref="SpiDecoder.Execute"/>.</summary>
    /// <param name="buffer">What the host sends; unchanged at the end unless it is <paramref name="answer"/> too.</param>
    /// <param name="offset">Its first octet.</param>
    /// <param name="count">How many.</param>
    /// <param name="answer">The same array when the host listens, else null.</param>
    internal void Execute(byte[] buffer, int offset, int count, byte[] answer)
    {
        _timeline.Update();
        _link.Look();
        Enc28j60Faults faults = _state.Faults;
        int left = faults.OctetsToBrownOut;
        if (left < 0)
        {
            Carry(buffer, offset, count, answer);
        }
        else if (left > count)
        {
            faults.OctetsToBrownOut = left - count;
            Carry(buffer, offset, count, answer);
        }
        else
        {
            faults.OctetsToBrownOut = Enc28j60Faults.NoBrownOut;
            faults.Arm();
            CutOff(buffer, offset, count, left, answer);
        }
    }

    /// <summary>The supply dips, and everything that was under way is lost.</summary>
    internal void BrownOut()
    {
        _timeline.Update();
        _power.PowerOn();
        _state.Disturb();
    }

    /// <summary>An operation of which the chip hears the beginning.</summary>
    private void CutOff(byte[] buffer, int offset, int count, int heard, byte[] answer)
    {
        // Half an operation is a violation, and not the host's fault.
        _state.Excuse();
        if (heard > 0)
        {
            Carry(buffer, offset, heard, answer);
        }

        BrownOut();
        if (heard == 0)
        {
            _decoder.Ignore(count);
        }
        else
        {
            _decoder.IgnoreRest(count - heard);
        }

        if (answer != null)
        {
            Answer(answer, offset + heard, count - heard, false);
        }
    }

    private void Carry(byte[] buffer, int offset, int count, byte[] answer)
    {
        Enc28j60Faults faults = _state.Faults;
        if (faults.Unplugged)
        {
            _state.Disturb();
            _decoder.Ignore(count);
            if (answer != null)
            {
                Answer(answer, offset, count, false);
            }

            return;
        }

        bool flipped = faults.Happens(faults.MosiBitErrors);
        int at = 0;
        byte bit = 0;
        if (flipped)
        {
            at = offset + faults.Below(count);
            bit = (byte)(1 << faults.Below(8));
            buffer[at] ^= bit;
            _state.Disturb();
        }

        // What the chip drives matters only where it reaches the host; elsewhere the host's own octets stay where they are.
        bool driven = faults.Miso is MisoFault.None or MisoFault.SecondDevice;
        byte[] reached = driven ? answer : null;
        _decoder.Execute(buffer, offset, count, reached);
        if (flipped)
        {
            if (reached == null)
            {
                buffer[at] ^= bit;
            }

            // Once more, because the wrong bit may have made a reset of it, which is otherwise where blame begins again.
            _state.Excuse();
        }

        if (answer != null)
        {
            Answer(answer, offset, count, true);
            FlipAnswer(answer, offset, count);
        }
    }

    /// <summary>Makes of the octets what the MISO wire makes of them.</summary>
    /// <param name="answer">Where they are: the chip's, or what the host sent where the chip's do not reach it.</param>
    /// <param name="offset">The first one.</param>
    /// <param name="count">How many.</param>
    /// <param name="driven">Whether the chip drives the wire, as far as it is up to it.</param>
    private void Answer(byte[] answer, int offset, int count, bool driven)
    {
        Enc28j60Faults faults = _state.Faults;
        MisoFault miso = faults.Miso;
        int end = offset + count;
        if (miso == MisoFault.None)
        {
            for (int i = driven ? end : offset; i < end; i++)
            {
                answer[i] = PulledUp;
            }

            return;
        }

        _state.Disturb();
        switch (miso)
        {
            case MisoFault.StuckLow:
                for (int i = offset; i < end; i++)
                {
                    answer[i] = 0x00;
                }

                break;
            case MisoFault.StuckHigh:
                for (int i = offset; i < end; i++)
                {
                    answer[i] = 0xFF;
                }

                break;
            case MisoFault.Open:
                for (int i = offset; i < end; i++)
                {
                    answer[i] = (byte)faults.Below(256);
                }

                break;
            case MisoFault.SecondDevice:
                for (int i = offset; i < end; i++)
                {
                    // 255 is not among the numbers: at least one bit is low.
                    byte others = (byte)faults.Below(255);
                    answer[i] = driven ? (byte)(answer[i] & others) : others;
                }

                break;
            default:
                // An echo is what stands there already.
                break;
        }
    }

    /// <summary>Flips a bit that the host looks at: not the octets during which the chip drives nothing.</summary>
    private void FlipAnswer(byte[] answer, int offset, int count)
    {
        Enc28j60Faults faults = _state.Faults;
        if (count < 2 || !faults.Happens(faults.MisoBitErrors))
        {
            return;
        }

        // The dummy octet of a MAC or MII register comes before the last one.
        bool buffer = _state.Opcode == 0x3A;
        int at = buffer ? 1 + faults.Below(count - 1) : count - 1;
        answer[offset + at] ^= (byte)(1 << faults.Below(8));
        _state.Disturb();
    }
}
