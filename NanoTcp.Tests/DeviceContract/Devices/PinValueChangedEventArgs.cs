namespace System.Device.Gpio;

public class PinValueChangedEventArgs
{
    internal PinValueChangedEventArgs()
    {
    }

    public PinEventTypes ChangeType => throw null;
}
