using System;
using System.Threading;
using NanoTcp.Drivers.Enc28j60;
using NanoTcp.Samples;
using NanoTcp.Services;

namespace NanoTcp.Boards;

/// <summary>
/// Runs a stack, its services and the console's notices on one thread, and sleeps while none of them wants anything.
/// </summary>
/// <remarks>After the constructor only a line on the console allocates.</remarks>
public sealed class BoardLoop
{
    /// <summary>Longest sleep in ms. Services say whether they did something, not when they next will: their own timeouts
    /// are looked at this often.</summary>
    private const int LongestSleep = 100;

    private const int MaxServices = 8;

    private readonly NetworkStack _stack;
    private readonly Enc28j60Notices _notices;
    private readonly BoardClock _clock = new BoardClock();
    private readonly AutoResetEvent _work = new AutoResetEvent(false);
    private readonly IService[] _services = new IService[MaxServices];
    private int _serviceCount;
    private HostNotices _hostNotices;

    /// <summary>What calls <see cref="Wake"/>, so that it lives as long as the loop; the loop itself never looks at it.</summary>
    public object Interrupt { get; set; }

    /// <summary>Takes a stack over: only the loop polls it.</summary>
    /// <param name="stack">The stack.</param>
    /// <param name="driver">Its driver, whose problems the console shall tell of.</param>
    public BoardLoop(NetworkStack stack, Enc28j60Driver driver)
    {
        if (stack == null)
        {
            throw new ArgumentNullException(nameof(stack));
        }

        _stack = stack;
        _notices = new Enc28j60Notices(driver);
    }

    /// <summary>Tells the console of every address that the board gets, and why it has none.</summary>
    /// <param name="host">The host of the same stack.</param>
    public void TellOf(HostConfiguration host)
    {
        _hostNotices = new HostNotices(host);
    }

    /// <summary>Adds a service; at most 8.</summary>
    /// <param name="service">Polled after the stack in each round.</param>
    /// <exception cref="InvalidOperationException">There are eight already.</exception>
    public void Add(IService service)
    {
        if (_serviceCount == MaxServices)
        {
            throw new InvalidOperationException("A loop runs at most 8 services.");
        }

        _services[_serviceCount++] = service;
    }

    /// <summary>Ends a sleep, or the next one; for an interrupt. Any thread may call it.</summary>
    public void Wake()
    {
        _work.Set();
    }

    /// <summary>Runs for ever.</summary>
    public void Run()
    {
        while (true)
        {
            int wait = Round();
            if (wait > 0)
            {
                _clock.Wait(_work, wait);
            }
        }
    }

    /// <summary>Goes round once, for a loop of one's own.</summary>
    /// <returns>Milliseconds to sleep; 0 means call again at once.</returns>
    public int Round()
    {
        long now = _clock.Milliseconds;
        int wait = _stack.Poll(now);
        bool worked = false;
        for (int i = 0; i < _serviceCount; i++)
        {
            worked |= _services[i].Poll(now);
        }

        Say(_notices.Take());
        if (_hostNotices != null)
        {
            Say(_hostNotices.Take());
        }

        return worked ? 0 : wait < LongestSleep ? wait : LongestSleep;
    }

    private static void Say(string notice)
    {
        if (notice != null)
        {
            Console.WriteLine(notice);
        }
    }
}
