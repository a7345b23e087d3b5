using System;
using NanoTcp.Sockets;
using NanoTcp.Tcp;

namespace NanoTcp.Tests.Sockets;

/// <summary>What a blocking read gives, and when it ends.</summary>
[TestClass]
public sealed class StreamReadTests : LockstepTest
{
    [TestMethod]
    public void A_read_waits_for_the_first_octets_and_gives_what_is_there()
    {
        Open();
        byte[] buffer = new byte[100];
        int length = 0;
        World.Spawn(() => length = Client.Read(buffer, 10, 90));
        World.Run(5000);
        Assert.AreEqual(0, length);
        Do(() => Server.Write(Octets(20), 0, 20));
        Assert.AreEqual(20, length);
        CollectionAssert.AreEqual(Octets(20), buffer[10..30]);
        CloseAndBalance();
    }

    [TestMethod]
    public void A_read_gives_no_more_than_was_asked_for_and_leaves_the_rest()
    {
        Open();
        Do(() => Server.Write(Octets(20), 0, 20));
        World.Run(100);
        Assert.IsTrue(Client.DataAvailable);
        Assert.AreEqual(20, Client.Available);
        byte[] buffer = new byte[15];
        Do(() =>
        {
            Assert.AreEqual(15, Client.Read(buffer, 0, 15));
            CollectionAssert.AreEqual(Octets(15), buffer);
            Assert.AreEqual(5, Client.Read(buffer, 0, 15));
            CollectionAssert.AreEqual(Octets(5, 15), buffer[..5]);
        });
        Assert.IsFalse(Client.DataAvailable);
        CloseAndBalance();
    }

    [TestMethod]
    public void A_read_of_nothing_does_not_wait()
    {
        Open();
        Do(() => Assert.AreEqual(0, Client.Read([], 0, 0)));
        CloseAndBalance();
    }

    [TestMethod]
    public void A_read_ends_when_its_time_is_over_and_the_stream_can_still_be_used()
    {
        Open();
        Client.ReadTimeout = 1234;
        byte[] buffer = new byte[10];
        Do(() =>
        {
            long begun = Now;
            NanoTcpException problem = Assert.ThrowsExactly<NanoTcpException>(() => Client.Read(buffer, 0, 10));
            Assert.AreEqual(begun + 1234, Now);
            Assert.IsTrue(problem.IsTimeout);
            Assert.AreEqual(TcpEndReason.None, problem.EndReason);
        });
        World.Spawn(() => Assert.AreEqual(3, Client.Read(buffer, 0, 10)));
        World.Run(1000);
        World.Spawn(() => Server.Write(buffer, 0, 3));
        World.Finish();
        CloseAndBalance();
    }

    [TestMethod]
    public void A_signal_that_came_too_late_does_not_end_the_next_read_early()
    {
        Open();
        Client.ReadTimeout = 500;
        Do(() => Assert.ThrowsExactly<NanoTcpException>(() => Client.ReadByte()));

        // The octet that this announces is gone before anybody waits for it.
        Do(() => Server.WriteByte(1));
        Do(() => Assert.AreEqual(1, Client.ReadByte()));
        Do(() =>
        {
            long begun = Now;
            Assert.ThrowsExactly<NanoTcpException>(() => Client.ReadByte());
            Assert.AreEqual(begun + 500, Now);
        });
        CloseAndBalance();
    }

    [TestMethod]
    public void After_the_peer_has_closed_the_rest_is_read_and_then_0()
    {
        Open();
        Do(() => Server.Write(Octets(50), 0, 50));
        Server.Close();
        World.Run(100);
        Do(() =>
        {
            CollectionAssert.AreEqual(Octets(50), ReadToEnd(Client));
            Assert.AreEqual(0, Client.Read(new byte[1], 0, 1));
            Assert.AreEqual(-1, Client.ReadByte());
        });
        CloseAndBalance();
    }

    [TestMethod]
    public void A_read_that_waits_ends_with_0_when_the_peer_closes()
    {
        Open();
        World.Spawn(() => Assert.AreEqual(0, Client.Read(new byte[1], 0, 1)));
        World.Run(100);
        Server.CloseSend();
        World.Finish();
        CloseAndBalance();
    }

    [TestMethod]
    public void After_a_reset_what_came_before_is_read_and_then_the_reason_is_thrown()
    {
        Open();
        Do(() => Server.Write(Octets(50), 0, 50));
        World.Run(1000);
        Server.Abort();
        World.Run(100);
        Assert.IsTrue(Client.IsOpen, "it is the owner's until he closes it");
        Assert.AreEqual(TcpEndReason.Reset, Client.EndReason);
        Do(() =>
        {
            byte[] buffer = new byte[100];
            Assert.AreEqual(50, Client.Read(buffer, 0, 100));
            CollectionAssert.AreEqual(Octets(50), buffer[..50]);
            NanoTcpException problem = Assert.ThrowsExactly<NanoTcpException>(() => Client.Read(buffer, 0, 100));
            Assert.AreEqual(TcpEndReason.Reset, problem.EndReason);
            Assert.IsFalse(problem.IsTimeout);
            StringAssert.Contains(problem.Message, "reset");
        });
        CloseAndBalance();
    }

    [TestMethod]
    public void A_read_that_waits_is_told_of_a_reset()
    {
        Open();
        World.Spawn(() =>
        {
            NanoTcpException problem = Assert.ThrowsExactly<NanoTcpException>(() => Client.ReadByte());
            Assert.AreEqual(TcpEndReason.Reset, problem.EndReason);
        });
        World.Run(1000);
        Server.Abort();
        World.Finish();
        CloseAndBalance();
    }

    [TestMethod]
    public void A_range_outside_the_buffer_is_refused_before_anything_is_read()
    {
        Open();
        Do(() => Server.Write(Octets(10), 0, 10));
        World.Run(100);
        Do(() =>
        {
            Assert.ThrowsExactly<ArgumentNullException>(() => Client.Read(null!, 0, 1));
            Assert.AreEqual("offset", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Client.Read(new byte[5], -1, 1)).ParamName);
            Assert.AreEqual("offset", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Client.Read(new byte[5], 6, 0)).ParamName);
            Assert.AreEqual("count", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Client.Read(new byte[5], 3, 3)).ParamName);
            Assert.AreEqual("count", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Client.Read(new byte[5], 3, -1)).ParamName);
        });
        Assert.AreEqual(10, Client.Available);
        CloseAndBalance();
    }

    [TestMethod]
    public void A_second_reader_is_refused_and_the_first_one_not_disturbed()
    {
        Open();
        int octet = -1;
        World.Spawn(() => octet = Client.ReadByte());
        World.Run(100);
        DoBeside(() =>
        {
            StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => Client.ReadByte()).Message, "Another thread is reading");
            StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => Client.Read(new byte[1], 0, 1)).Message, "Another thread is reading");
        });
        Assert.AreEqual(-1, octet);
        Do(() => Server.WriteByte(77));
        Assert.AreEqual(77, octet);
        CloseAndBalance();
    }

    [TestMethod]
    public void Reading_opens_the_window_again_without_waiting_for_a_timer()
    {
        Open();
        byte[] all = [];
        World.Spawn(() =>
        {
            Server.Write(Octets(20_000), 0, 20_000);
            Server.CloseSend();
        });
        World.Spawn(() => all = ReadToEnd(Client, 100_000));
        long begun = Now;
        World.Finish();
        CollectionAssert.AreEqual(Octets(20_000), all);
        Assert.IsLessThan(500, Now - begun, "a window update was late");
        CloseAndBalance();
    }
}
