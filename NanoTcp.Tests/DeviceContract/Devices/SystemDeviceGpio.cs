namespace System.Device.Gpio;

// nanoFramework.System.Device.Gpio 1.1.
public delegate void PinValueChangedEventHandler(object sender, PinValueChangedEventArgs e);

public sealed class GpioController : IDisposable
{
    public GpioController()
    {
    }

    public GpioPin OpenPin(int pinNumber, PinMode mode)
    {
        throw null;
    }

    public void Dispose()
    {
    }
}

public sealed class GpioPin : IDisposable
{
    internal GpioPin()
    {
    }

    public event PinValueChangedEventHandler ValueChanged
    {
        add
        {
        }

        remove
        {
        }
    }

    public void Dispose()
    {
    }
}

public class PinValueChangedEventArgs : nanoFramework.Runtime.Events.BaseEvent
{
    public PinValueChangedEventArgs(PinEventTypes changeType, int pinNumber)
    {
    }

    public PinEventTypes ChangeType
    {
        get { throw null; }
    }

    public int PinNumber
    {
        get { throw null; }
    }
}

[Flags]
public enum PinEventTypes
{
    None = 0,
    Rising = 1,
    Falling = 2,
}

public enum PinMode
{
    Input,
    InputPullDown,
    InputPullUp,
    Output,
    OutputOpenDrain,
    OutputOpenDrainPullUp,
    OutputOpenSource,
    OutputOpenSourcePullDown,
}
