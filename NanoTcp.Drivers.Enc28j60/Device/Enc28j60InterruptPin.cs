using System;
using System.Device.Gpio;
using System.Threading;

namespace NanoTcp.Drivers.Enc28j60;

/// <summary>
/// Wakes a loop when the chip's INT pin falls, over <c>System.Device.Gpio</c> of nanoFramework 1.x. The driver works
/// without it, by polling; set <see cref="Enc28j60Options.UseInterruptPin"/> exactly when the pin is wired.
/// </summary>
/// <remarks>
/// The firmware makes an event object and its arguments for each edge, some 100 octets, so the edge is used for nothing
/// but to wake. While frames keep coming INT stays low: a burst costs two edges, however long it is. An edge that is lost
/// costs no more than the half <see cref="Enc28j60Options.CheckInterval"/> after which the driver looks by itself.
/// </remarks>
public sealed class Enc28j60InterruptPin : IDisposable
{
    private readonly GpioController _controller = new GpioController();
    private readonly GpioPin _pin;
    private readonly ThreadStart _wake;
    private readonly PinValueChangedEventHandler _handler;

    /// <summary>Opens the pin and begins to listen.</summary>
    /// <param name="pinNumber">The pin that leads to INT of the chip.</param>
    /// <param name="wake">Called on the firmware's event thread at each falling edge: sets an event and nothing else;
    /// <c>NetworkRunner.Wake</c>, for example.</param>
    /// <exception cref="ArgumentNullException"><paramref name="wake"/> is null.</exception>
    public Enc28j60InterruptPin(int pinNumber, ThreadStart wake)
    {
        if (wake == null)
        {
            throw new ArgumentNullException(nameof(wake));
        }

        _wake = wake;
        _handler = OnValueChanged;
        // The chip drives INT both ways; the pull-up is for a wire that has come off.
        _pin = _controller.OpenPin(pinNumber, PinMode.InputPullUp);
        _pin.ValueChanged += _handler;
    }

    /// <summary>Stops listening and gives the pin back.</summary>
    public void Dispose()
    {
        _pin.ValueChanged -= _handler;
        _controller.Dispose();
    }

    private void OnValueChanged(object sender, PinValueChangedEventArgs e)
    {
        if (e.ChangeType == PinEventTypes.Falling)
        {
            _wake();
        }
    }
}
