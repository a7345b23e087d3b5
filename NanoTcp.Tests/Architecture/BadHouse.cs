// A small house whose rooms know what they must not: examples that the check of the layers has to catch.
#pragma warning disable CA1802, CA1812, CA1822, CA1823, CA2211, CA1052, CA1515, CA1852, CA1034, CA1018, CA1813, IDE0044, IDE0051, IDE0052, IDE0059, IDE0060, CS0169, CS0649

using System;
using System.Collections.Generic;

namespace NanoTcp.Tests.Architecture.BadHouse
{
    internal class Options;

    internal class Stack
    {
        private Options? _options;
        private Udp.Datagram? _datagram;
        private Link.Device? _device;
    }

    internal class KnowsServices
    {
        private Services.Dhcp? _above;
    }

    internal class KnowsSockets
    {
        private Sockets.KnowsStackAndTcp? _above;
    }
}

namespace NanoTcp.Tests.Architecture.BadHouse.Primitives
{
    internal class KnowsWire
    {
        private Wire.EthernetHeader? _header;
    }
}

namespace NanoTcp.Tests.Architecture.BadHouse.Wire
{
    internal class EthernetHeader;

    internal class TcpHeader;

    internal class BaseTypeFromAbove : Link.Device;

    internal class FieldFromAbove
    {
        private Tcp.Segment? _segment;
    }

    internal class ParameterFromAbove
    {
        internal void Take(Ip.Packet packet) { }
    }

    internal class ReturnTypeFromAbove
    {
        internal Ip.Packet? Give() => null;
    }

    internal class PropertyFromAbove
    {
        internal Ip.Packet? Packet { get; set; }
    }

    internal class LocalFromAbove
    {
        internal bool Look(object anything)
        {
            Ip.Packet? packet = anything as Ip.Packet;
            return packet == anything;
        }
    }

    internal class CallFromAbove
    {
        internal void Call() => Ip.Packet.Count();
    }

    internal class StaticFieldFromAbove
    {
        internal int Read() => Ip.Packet.Total;
    }

    internal class ArrayFromAbove
    {
        private Ip.Packet[]? _packets;
    }

    internal class GenericArgumentFromAbove
    {
        private Dictionary<int, List<Ip.Packet>>? _packets;
    }

    internal class TypeOfFromAbove
    {
        internal object Get() => typeof(Ip.Packet);
    }

    internal class CatchFromAbove
    {
        internal void Try()
        {
            try
            {
                GC.KeepAlive(this);
            }
            catch (Ip.PacketException)
            {
            }
        }
    }

    [Link.Marked]
    internal class AttributeFromAbove;

    [Mark(typeof(Ip.Packet))]
    internal class AttributeArgumentFromAbove;

    internal class NestedFromAbove
    {
        internal class Inner
        {
            private Ip.Packet? _packet;
        }
    }

    internal class ConstraintFromAbove<T>
        where T : Ip.Packet;

    internal sealed class MarkAttribute(Type type) : Attribute
    {
        internal Type Type { get; } = type;
    }
}

namespace NanoTcp.Tests.Architecture.BadHouse.Link
{
    internal class Device;

    internal sealed class MarkedAttribute : Attribute;

    internal class KnowsIp
    {
        private Ip.Packet? _packet;
    }
}

namespace NanoTcp.Tests.Architecture.BadHouse.Ip
{
    internal class Packet
    {
        internal static int Total;

        internal static int Count() => Total;
    }

    internal class PacketException : Exception;

    internal class KnowsOptions
    {
        internal void Take(Options options) { }
    }
}

namespace NanoTcp.Tests.Architecture.BadHouse.Udp
{
    internal class Datagram;

    internal class KnowsTcp
    {
        private Tcp.Segment? _segment;
    }
}

namespace NanoTcp.Tests.Architecture.BadHouse.Tcp
{
    internal class Segment
    {
        private Wire.TcpHeader? _header;
        private Ip.Packet? _packet;
    }

    internal class KnowsUdp
    {
        private Udp.Datagram? _datagram;
    }

    internal class KnowsLink
    {
        private Link.Device? _device;
    }

    internal class KnowsFrame
    {
        private Wire.EthernetHeader? _header;
    }

    internal class KnowsOptions
    {
        private Options? _options;
    }
}

namespace NanoTcp.Tests.Architecture.BadHouse.Services
{
    internal class Dhcp;

    internal class KnowsWhatLiesBelow
    {
        private Udp.Datagram? _datagram;
        private Tcp.Segment? _segment;
        private Link.Device? _device;
        private Stack? _stack;
    }

    internal class KnowsSockets
    {
        private Sockets.KnowsStackAndTcp? _beside;
    }
}

namespace NanoTcp.Tests.Architecture.BadHouse.Sockets
{
    internal class KnowsStackAndTcp
    {
        private Stack? _stack;
        private Tcp.Segment? _segment;
    }

    internal class KnowsLink
    {
        private Link.Device? _device;
    }
}

namespace NanoTcp.Tests.Architecture.BadHouse.Cellar
{
    internal class UnknownLayer;
}

namespace NanoTcp.Tests.Architecture.BadHouse.Drivers
{
    internal class KnowsTcp
    {
        private Tcp.Segment? _segment;
    }

    internal class KnowsIp
    {
        private Ip.Packet? _packet;
    }

    internal class KnowsRoot
    {
        private Options? _options;
    }

    internal class KnowsLink
    {
        private Link.Device? _device;
    }
}
