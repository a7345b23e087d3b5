namespace System.Device.Gpio;

public sealed class GpioController : IDisposable
{
    public GpioController()
    {
    }

    public GpioPin OpenPin(int pinNumber, PinMode mode) => throw null;

    public void Dispose() => throw null;
}
