namespace System.Device.Gpio;

public enum PinMode
{
    InputPullUp = 2,
}
