using System;

namespace NanoTcp.Emulation;

/// <summary>The host's way into the buffer memory through ERDPT and EWRPT (DS39662 4.2.2, 4.2.4).</summary>
internal sealed class BufferAccess
{
    private readonly ChipState _state;
    private readonly ReceiveRing _ring;
    private readonly Transmitter _transmitter;

    internal BufferAccess(ChipState state, ReceiveRing ring, Transmitter transmitter)
    {
        _state = state;
        _ring = ring;
        _transmitter = transmitter;
    }

    /// <summary>
    /// Read Buffer Memory. ERDPT wraps to ERXST after the octet at ERXND and nowhere else but at the memory's end.
    /// </summary>
    internal void Read(byte[] target, int offset, int count)
    {
        int address = _state.Word(Register.ERDPT);
        if (!_state.Has(Register.ECON2, RegisterBits.AUTOINC))
        {
            if (target != null)
            {
                byte value = _state.Memory[address];
                for (int i = 0; i < count; i++)
                {
                    target[offset + i] = value;
                }
            }

            return;
        }

        CheckRingRead(address, count);
        while (count > 0)
        {
            int run = Bounds.Min(_ring.RunLength(address), count);
            CheckTransmitBuffer(address, run);
            if (target != null)
            {
                Array.Copy(_state.Memory, address, target, offset, run);
            }

            offset += run;
            count -= run;
            address = _ring.Next(address + run - 1);
        }

        _state.SetWord(Register.ERDPT, address);
    }

    /// <summary>Write Buffer Memory. EWRPT wraps at the end of the memory only.</summary>
    internal void Write(byte[] source, int offset, int count)
    {
        int address = _state.Word(Register.EWRPT);
        if (!_state.Has(Register.ECON2, RegisterBits.AUTOINC))
        {
            if (count > 0)
            {
                CheckWrite(address, 1);
                _state.Memory[address] = source[offset + count - 1];
            }

            return;
        }

        while (count > 0)
        {
            int run = Bounds.Min(ChipState.MemorySize - address, count);
            CheckWrite(address, run);
            Array.Copy(source, offset, _state.Memory, address, run);
            offset += run;
            count -= run;
            address = (address + run) & ChipState.AddressMask;
        }

        _state.SetWord(Register.EWRPT, address);
    }

    /// <summary>Reports an operation that runs out of the packets in the ring; a ring at rest may be read at will.</summary>
    private void CheckRingRead(int address, int count)
    {
        if (_state.Has(Register.ECON1, RegisterBits.RXEN)
            && _ring.Contains(address)
            && count > _ring.ReadableFrom(address))
        {
            if (_state.CountIsWrong)
            {
                // The host looks for what it was told there is, however long ago that was.
                _state.Excuse();
            }

            _state.ReportMemory(ViolationKind.ReadBeyondPacket, address);
        }
    }

    /// <returns>Whether the frame being sent was touched, or its status vector.</returns>
    private bool CheckTransmitBuffer(int address, int count)
    {
        bool touched = ChipState.Overlaps(address, count, _transmitter.GuardedStart, _transmitter.GuardedLength);
        if (touched)
        {
            _state.ReportMemory(ViolationKind.TransmitBufferTouched, address);
        }

        return touched;
    }

    private void CheckWrite(int address, int count)
    {
        if (CheckTransmitBuffer(address, count))
        {
            _transmitter.Overwrite();
        }

        int ring = _state.Word(Register.ERXST);
        if (_state.Has(Register.ECON1, RegisterBits.RXEN)
            && ChipState.Overlaps(address, count, ring, _state.Word(Register.ERXND) - ring + 1))
        {
            _state.ReportMemory(ViolationKind.WriteIntoReceiveRing, address);
        }
    }
}
