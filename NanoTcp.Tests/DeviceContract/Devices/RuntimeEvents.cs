namespace nanoFramework.Runtime.Events;

// nanoFramework.Runtime.Events 1.11.
public class BaseEvent
{
}
