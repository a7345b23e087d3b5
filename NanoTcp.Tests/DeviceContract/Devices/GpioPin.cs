namespace System.Device.Gpio;

public sealed class GpioPin
{
    internal GpioPin()
    {
    }

    public event PinValueChangedEventHandler ValueChanged
    {
        add => throw null;
        remove => throw null;
    }
}
