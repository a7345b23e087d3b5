using System;
using NanoTcp.Tests.Link;

namespace NanoTcp.Tests.Ip;

/// <summary>Tests that speak to a stack in fragments.</summary>
public abstract class FragmentTest : StackTest
{
    private protected void StartWithBuffers(int buffers = 1, int size = 0, Action<NetworkStackOptions>? change = null)
    {
        Start(configure: options =>
        {
            options.ReassemblyBuffers = buffers;
            options.ReassemblySize = size;
            change?.Invoke(options);
        });

        // From here on the neighbour is known, and long replies need not wait for it.
        B.Deliver(FromPeer(Echo()));
        B.Sent.Clear();
    }
}
