namespace NanoTcp.Samples;

/// <summary>Something that a loop runs beside the stack: a server on one or more connections.</summary>
public interface IService
{
    /// <summary>Does what can be done now. Never blocks; the work of one call is bounded.</summary>
    /// <param name="now">The clock that the stack is polled with, in ms.</param>
    /// <returns>True when something was done, so that the stack has work: poll both again at once.</returns>
    bool Poll(long now);
}
