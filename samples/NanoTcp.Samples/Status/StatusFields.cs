using NanoTcp.Samples.Text;
using NanoTcp.Tcp;

namespace NanoTcp.Samples.Status;

/// <summary>What all status documents have in common: single values, and how many rows a table has.</summary>
internal abstract class StatusFields : TemplateFields
{
    /// <summary>Where the values come from.</summary>
    protected readonly StatusSource Source;

    /// <summary>Prepares the fields of one document.</summary>
    protected StatusFields(StatusSource source)
    {
        Source = source;
    }

    internal override int CountRows(int field)
    {
        switch (field)
        {
            case StatusField.StackCounters:
            case StatusField.LinkCounters:
            case StatusField.HttpCounters:
                return Source.CounterNames[StatusSource.SetOf(field)].Length;
            case StatusField.Services:
            case StatusField.ServiceCounters:
                return Source.CountServiceRows(field == StatusField.ServiceCounters);
            case StatusField.Neighbours:
                return Source.Stack.Neighbours.Capacity;
            case StatusField.Connections:
            case StatusField.ConnectionInfo:
            case StatusField.ConnectionSrtt:
            case StatusField.ConnectionRto:
            case StatusField.ConnectionReceived:
            case StatusField.ConnectionSent:
            case StatusField.ConnectionWindow:
            case StatusField.ConnectionUnacknowledged:
                return Source.Stack.ConnectionCapacity;
            default:
                return 1;
        }
    }

    internal override void Write(int field, int row, int written, TextBuffer text)
    {
        NetworkStack stack = Source.Stack;
        switch (field)
        {
            case StatusField.Uptime:
                text.AppendNumber(Source.Uptime);
                break;
            case StatusField.UptimeSeconds:
                text.AppendSeconds(Source.Uptime);
                break;
            case StatusField.Address:
                text.AppendAddress(stack.Address);
                break;
            case StatusField.Prefix:
                text.AppendNumber(stack.PrefixLength);
                break;
            case StatusField.Gateway:
                WriteGateway(stack.Gateway, text);
                break;
            case StatusField.Mac:
                text.AppendMac(stack.Link.MacAddress);
                break;
            case StatusField.Link:
                text.Append(Source.LinkName);
                break;
            case StatusField.LinkNumber:
                text.AppendNumber((int)stack.Link.Status);
                break;
            case StatusField.Capacity:
                text.AppendNumber(stack.ConnectionCapacity);
                break;
            case StatusField.Free:
                text.AppendNumber(stack.FreeConnections);
                break;
            case StatusField.Used:
                text.AppendNumber(stack.ConnectionCapacity - stack.FreeConnections);
                break;
            case StatusField.HalfOpen:
                text.AppendNumber(stack.HalfOpenCount);
                break;
            case StatusField.TimeWait:
                text.AppendNumber(stack.TimeWaitCount);
                break;
            case StatusField.NeighbourCount:
                text.AppendNumber(CountNeighbours());
                break;
            case StatusField.StackCounters:
            case StatusField.LinkCounters:
            case StatusField.HttpCounters:
                int set = StatusSource.SetOf(field);
                WriteCounter(set, Source.CounterNames[set][row], Source.Counters[set].GetValue(Source.CounterIndices[set][row]), written, text);
                break;
            case StatusField.Services:
            case StatusField.ServiceCounters:
                WriteServiceRow(field == StatusField.ServiceCounters, row, written, text);
                break;
            case StatusField.Neighbours:
                uint address = stack.Neighbours.GetAddress(row);
                if (address != 0)
                {
                    WriteNeighbour(
                        address, stack.Neighbours.GetMacAddress(row), stack.Neighbours.GetAge(row), written, text);
                }

                break;
            default:
                TcpConnection connection = Source.ConnectionAt(row);
                if (connection != null)
                {
                    WriteConnection(field, row, connection, written, text);
                }

                break;
        }
    }

    /// <summary>Appends the router's address, which may be 0 for none.</summary>
    protected abstract void WriteGateway(uint address, TextBuffer text);

    /// <summary>Appends a row of counters.</summary>
    protected abstract void WriteCounter(int set, byte[] name, long value, int written, TextBuffer text);

    /// <summary>Appends a row of a service.</summary>
    protected abstract void WriteService(StatusRows rows, int row, int written, TextBuffer text);

    /// <summary>Appends a neighbour; <paramref name="mac"/> and <paramref name="age"/> are -1 while it is being resolved.</summary>
    protected abstract void WriteNeighbour(uint address, long mac, long age, int written, TextBuffer text);

    /// <summary>Appends a connection, or the one value of it that the field is about.</summary>
    protected abstract void WriteConnection(int field, int slot, TcpConnection connection, int written, TextBuffer text);

    /// <summary>The name of a connection's state.</summary>
    protected byte[] StateName(TcpConnection connection)
    {
        return Source.StateNames[(int)connection.State];
    }

    private void WriteServiceRow(bool counters, int row, int written, TextBuffer text)
    {
        StatusRows rows = Source.Services;
        while (rows != null)
        {
            int count = counters ? rows.CounterNames.Length : rows.Names.Length;
            if (row < count)
            {
                break;
            }

            row -= count;
            rows = rows.Next;
        }

        if (rows == null)
        {
            return;
        }

        if (counters)
        {
            WriteCounter(StatusSource.ServiceSet, rows.CounterNames[row], rows.Counters.GetValue(row), written, text);
        }
        else
        {
            WriteService(rows, row, written, text);
        }
    }

    private int CountNeighbours()
    {
        int count = 0;
        int capacity = Source.Stack.Neighbours.Capacity;
        for (int i = 0; i < capacity; i++)
        {
            if (Source.Stack.Neighbours.GetAddress(i) != 0)
            {
                count++;
            }
        }

        return count;
    }
}
