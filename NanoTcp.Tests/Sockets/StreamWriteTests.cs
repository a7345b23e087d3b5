using System;
using NanoTcp.Sockets;
using NanoTcp.Tcp;

namespace NanoTcp.Tests.Sockets;

/// <summary>When a blocking write ends.</summary>
[TestClass]
public sealed class StreamWriteTests : LockstepTest
{
    /// <summary>What a connection holds of which nothing is read: both rings.</summary>
    private const int Rings = 2048 + 2048;

    [TestMethod]
    public void A_write_ends_as_soon_as_all_has_found_room_in_the_ring()
    {
        Open();
        Do(() =>
        {
            long begun = Now;
            Server.Write(Octets(2048), 0, 2048);
            Assert.AreEqual(begun, Now);
        });
        CloseAndBalance();
    }

    [TestMethod]
    public void A_long_write_waits_for_the_reader()
    {
        Open();
        Lockstep.Actor writer = World.Spawn(() =>
        {
            Server.Write(Octets(100_000), 0, 100_000);
            Server.CloseSend();
        });
        World.Run(10_000);
        Assert.IsFalse(writer.Done);
        byte[] all = [];
        World.Spawn(() => all = ReadToEnd(Client));
        World.Finish();
        CollectionAssert.AreEqual(Octets(100_000), all);
        CloseAndBalance();
    }

    [TestMethod]
    public void One_thread_reads_while_another_one_writes_on_both_sides()
    {
        Open();
        byte[] atClient = [];
        byte[] atServer = [];
        World.Spawn(() => atClient = ReadToEnd(Client));
        World.Spawn(() => atServer = ReadToEnd(Server));
        World.Spawn(() =>
        {
            Client.Write(Octets(50_000, 5), 0, 50_000);
            Client.CloseSend();
        });
        World.Spawn(() =>
        {
            Server.Write(Octets(60_000, 6), 0, 60_000);
            Server.CloseSend();
        });
        World.Finish();
        CollectionAssert.AreEqual(Octets(50_000, 5), atServer);
        CollectionAssert.AreEqual(Octets(60_000, 6), atClient);
        CloseAndBalance();
    }

    [TestMethod]
    public void A_write_without_progress_ends_when_its_time_is_over_and_says_how_far_it_came()
    {
        Open();
        Server.WriteTimeout = 3000;
        Do(() =>
        {
            long begun = Now;
            NanoTcpException problem = Assert.ThrowsExactly<NanoTcpException>(() => Server.Write(Octets(10_000), 0, 10_000));
            Assert.IsTrue(problem.IsTimeout);
            Assert.AreEqual(Rings, problem.Transferred);
            Assert.IsGreaterThanOrEqualTo(begun + 3000, Now);
            Assert.IsLessThan(begun + 4000, Now);
        });

        // The rest can follow.
        byte[] all = [];
        World.Spawn(() => all = ReadToEnd(Client));
        World.Spawn(() =>
        {
            Server.Write(Octets(10_000), Rings, 10_000 - Rings);
            Server.CloseSend();
        });
        World.Finish();
        CollectionAssert.AreEqual(Octets(10_000), all);
        CloseAndBalance();
    }

    [TestMethod]
    public void A_write_that_makes_progress_may_take_longer_than_its_timeout()
    {
        Open();
        Server.WriteTimeout = 3000;
        World.Spawn(() =>
        {
            long begun = Now;
            Server.Write(Octets(12_000), 0, 12_000);
            Assert.IsGreaterThan(begun + (2 * Server.WriteTimeout), Now);
        });
        World.Spawn(() =>
        {
            byte[] buffer = new byte[2048];
            for (int left = 12_000; left != 0;)
            {
                World.Clock.Sleep(2000);
                left -= Client.Read(buffer, 0, buffer.Length);
            }
        });
        World.Finish();
        CloseAndBalance();
    }

    [TestMethod]
    public void A_write_that_waits_is_told_of_a_reset()
    {
        Open();
        World.Spawn(() =>
        {
            NanoTcpException problem = Assert.ThrowsExactly<NanoTcpException>(() => Server.Write(Octets(10_000), 0, 10_000));
            Assert.AreEqual(TcpEndReason.Reset, problem.EndReason);
            Assert.AreEqual(Rings, problem.Transferred);
        });
        World.Run(1000);
        Client.Abort();
        World.Finish();
        Do(() => Assert.AreEqual(
            TcpEndReason.Reset, Assert.ThrowsExactly<NanoTcpException>(() => Server.WriteByte(1)).EndReason));
        CloseAndBalance();
    }

    [TestMethod]
    public void After_the_peers_half_close_data_still_flows_to_it()
    {
        Open();
        Client.CloseSend();
        World.Run(100);
        byte[] all = [];
        World.Spawn(() =>
        {
            Assert.AreEqual(-1, Server.ReadByte());
            Server.Write(Octets(30_000), 0, 30_000);
            Server.CloseSend();
        });
        World.Spawn(() => all = ReadToEnd(Client));
        World.Finish();
        CollectionAssert.AreEqual(Octets(30_000), all);
        CloseAndBalance();
    }

    [TestMethod]
    public void Nothing_can_be_written_after_CloseSend_by_whichever_thread()
    {
        Open();
        Lockstep.Actor writer = World.Spawn(() => Assert.ThrowsExactly<InvalidOperationException>(() => Server.Write(Octets(10_000), 0, 10_000)));
        World.Run(1000);
        Assert.IsFalse(writer.Done);
        Server.CloseSend();
        World.Finish();
        Do(() => Assert.ThrowsExactly<InvalidOperationException>(() => Server.WriteByte(1)));
        Server.CloseSend();
        Do(() => Assert.AreEqual(Rings, ReadToEnd(Client).Length));
        CloseAndBalance();
    }

    [TestMethod]
    public void What_was_written_before_Close_reaches_the_peer()
    {
        Open();
        Do(() =>
        {
            Server.Write(Octets(2000), 0, 2000);
            Server.Close();
        });
        Do(() => CollectionAssert.AreEqual(Octets(2000), ReadToEnd(Client)));
        CloseAndBalance();
    }

    [TestMethod]
    public void Flush_does_not_wait_and_the_unacknowledged_octets_can_be_seen()
    {
        Open();
        Do(() =>
        {
            Server.Write(Octets(100), 0, 100);
            Server.Flush();
            Assert.AreEqual(100, Server.Unacknowledged);
        });
        World.Run(1000);
        Assert.AreEqual(0, Server.Unacknowledged);
        Do(() => Client.ReadExactly(new byte[100]));
        CloseAndBalance();
    }

    [TestMethod]
    public void A_second_writer_is_refused_and_the_first_one_not_disturbed()
    {
        Open();
        Lockstep.Actor writer = World.Spawn(() => Server.Write(Octets(10_000), 0, 10_000));
        World.Run(100);
        DoBeside(() =>
        {
            StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => Server.WriteByte(1)).Message, "Another thread is writing");
            StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => Server.Write([1], 0, 1)).Message, "Another thread is writing");
        });
        Assert.IsFalse(writer.Done);
        int read = 0;
        World.Spawn(() =>
        {
            byte[] buffer = new byte[2048];
            while (read < 10_000)
            {
                int length = Client.Read(buffer, 0, buffer.Length);
                CollectionAssert.AreEqual(Octets(length, read), buffer[..length]);
                read += length;
            }
        });
        World.Finish();
        CloseAndBalance();
    }

    [TestMethod]
    public void A_range_outside_the_buffer_is_refused_before_anything_is_written()
    {
        Open();
        Do(() =>
        {
            Assert.ThrowsExactly<ArgumentNullException>(() => Server.Write(null!, 0, 1));
            Assert.AreEqual("offset", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Server.Write(new byte[5], 6, 0)).ParamName);
            Assert.AreEqual("count", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Server.Write(new byte[5], 3, 3)).ParamName);
            Server.Write(new byte[5], 5, 0);
        });
        Assert.AreEqual(0, Server.Unacknowledged);
        CloseAndBalance();
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(-2)]
    public void A_timeout_is_positive_or_infinite(int timeout)
    {
        NanoTcpStream stream = new(World.Client);
        Assert.AreEqual(-1, stream.ReadTimeout);
        Assert.AreEqual(-1, stream.WriteTimeout);
        stream.ReadTimeout = 5;
        stream.WriteTimeout = 6;
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => stream.ReadTimeout = timeout);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => stream.WriteTimeout = timeout);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => stream.Connect(1, 1, timeout));
        Assert.AreEqual(5, stream.ReadTimeout);
        Assert.AreEqual(6, stream.WriteTimeout);
        stream.ReadTimeout = NetworkRunner.Infinite;
    }
}
