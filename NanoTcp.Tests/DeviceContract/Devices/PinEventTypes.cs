namespace System.Device.Gpio;

public enum PinEventTypes
{
    Falling = 2,
}
