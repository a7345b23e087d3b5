namespace NanoTcp.Drivers.Enc28j60;

/// <summary>
/// The pattern that the chip's filter for magic packets looks for (DS39662 8.4): six octets FFh and then the station's address
/// sixteen times, anywhere in the payload.
/// </summary>
internal static class Enc28j60MagicPacket
{
    private const int HeaderSize = 14;
    private const int AddressSize = 6;
    private const int SynchronisationSize = 6;
    private const int Repetitions = 16;

    /// <summary>Whether a frame holds the pattern of a station.</summary>
    internal static bool IsIn(byte[] buffer, int offset, int length, long macAddress)
    {
        // A station's address does not begin with FFh, so it can only follow the last octet of a run.
        int end = offset + length - (AddressSize * Repetitions);
        int run = 0;
        for (int i = offset + HeaderSize; i <= end; i++)
        {
            if (buffer[i] == 0xFF)
            {
                run++;
            }
            else
            {
                if (run >= SynchronisationSize && IsRepeatedAddress(buffer, i, macAddress))
                {
                    return true;
                }

                run = 0;
            }
        }

        return false;
    }

    private static bool IsRepeatedAddress(byte[] buffer, int offset, long macAddress)
    {
        int shift = 40;
        for (int i = 0; i < AddressSize * Repetitions; i++)
        {
            if (buffer[offset + i] != (byte)(macAddress >> shift))
            {
                return false;
            }

            shift = shift == 0 ? 40 : shift - 8;
        }

        return true;
    }
}
