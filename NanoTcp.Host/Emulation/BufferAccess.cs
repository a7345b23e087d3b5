using System;

namespace NanoTcp.Host.Emulation;

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
    internal void Read(byte[]? target, int offset, int count)
    {
        int address = _state.Word(Register.ERDPT);
        if (!_state.Has(Register.ECON2, RegisterBits.AUTOINC))
        {
            if (target is not null)
            {
                Array.Fill(target, _state.Memory[address], offset, count);
            }

            return;
        }

        bool beyond = false;
        while (count > 0)
        {
            int run = Math.Min(_ring.RunLength(address), count);
            beyond = beyond || CheckRead(address, run);
            if (target is not null)
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
            int run = Math.Min(ChipState.MemorySize - address, count);
            CheckWrite(address, run);
            Array.Copy(source, offset, _state.Memory, address, run);
            offset += run;
            count -= run;
            address = (address + run) & ChipState.AddressMask;
        }

        _state.SetWord(Register.EWRPT, address);
    }

    /// <summary>Reports what must not be read now.</summary>
    /// <returns>Whether the range runs out of the packets in the ring, which is reported once an operation.</returns>
    private bool CheckRead(int address, int count)
    {
        if (ChipState.Overlaps(address, count, _transmitter.GuardedStart, _transmitter.GuardedLength))
        {
            _state.ReportMemory(ViolationKind.TransmitBufferTouched, address);
        }

        if (!_state.Has(Register.ECON1, RegisterBits.RXEN) || !_ring.Contains(address))
        {
            return false;
        }

        int readable = _ring.ReadableFrom(address);
        if (readable < count)
        {
            _state.ReportMemory(ViolationKind.ReadBeyondPacket, address + readable);
            return true;
        }

        return false;
    }

    private void CheckWrite(int address, int count)
    {
        if (ChipState.Overlaps(address, count, _transmitter.GuardedStart, _transmitter.GuardedLength))
        {
            _state.ReportMemory(ViolationKind.TransmitBufferTouched, address);
        }

        int ring = _state.Word(Register.ERXST);
        if (_state.Has(Register.ECON1, RegisterBits.RXEN)
            && ChipState.Overlaps(address, count, ring, _state.Word(Register.ERXND) - ring + 1))
        {
            _state.ReportMemory(ViolationKind.WriteIntoReceiveRing, address);
        }
    }
}
