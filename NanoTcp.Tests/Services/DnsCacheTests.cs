using NanoTcp.Services;
using NanoTcp.Tests.Compliance;
using NanoTcp.Tests.Wire;

namespace NanoTcp.Tests.Services;

/// <summary>What is remembered, and for how long.</summary>
[TestClass]
public sealed class DnsCacheTests : DnsTest
{
    [TestMethod]
    [Requirement("RFC 1035", "7.4")]
    public void An_answer_is_remembered_for_its_time_to_live()
    {
        StartDns();
        Learn("a.example", Host, 100);
        At(99_999);
        int query = Query("A.EXAMPLE.");
        IsFound(Host, query);
        Nothing();
        Has(DnsCounter.CacheHits, 1);
        Close(query);
        At(100_000);
        query = Query("a.example");
        Is(DnsStatus.Pending, query);
        Asked();
    }

    [TestMethod]
    public void The_name_of_an_address_is_remembered()
    {
        StartDns();
        int query = QueryName(Host);
        SeenQuery asked = Asked();
        Answer(asked, new AnswerBuilder(asked).Answer(AnswerBuilder.Asked, AnswerBuilder.Ptr, 60, NaiveDnsName.Of("a.example")));
        Close(query);
        query = QueryName(Host);
        Is(DnsStatus.Found, query);
        Assert.AreEqual("a.example", NameOf(query));
        Close(query);

        // The other way round is another question.
        Query("a.example");
        Asked();
    }

    [TestMethod]
    public void The_shortest_time_of_the_aliases_counts()
    {
        StartDns();
        int query = Query("a.example");
        SeenQuery asked = Asked();
        Answer(asked, new AnswerBuilder(asked).Alias("a.example", "b.example", 10).Address(Host, 300, "b.example"));
        Close(query);
        At(9_999);
        query = Query("a.example");
        IsFound(Host, query);
        Close(query);
        At(10_000);
        Query("a.example");
        Asked();
    }

    [TestMethod]
    [Requirement("RFC 1035", "3.2.1")]
    public void A_time_to_live_of_0_is_for_this_question_only()
    {
        StartDns();
        Learn("a.example", Host, 0);
        Query("a.example");
        Asked();

        StartDns();
        Learn("a.example", Host, -1);
        Query("a.example");
        Asked();
    }

    [TestMethod]
    public void No_answer_is_remembered_for_longer_than_the_user_wants()
    {
        StartDns(options: new DnsClientOptions { MaxTimeToLive = 20 });
        Learn("a.example", Host, int.MaxValue);
        At(19_999);
        int query = Query("a.example");
        IsFound(Host, query);
        Close(query);
        At(20_000);
        Query("a.example");
        Asked();
    }

    [TestMethod]
    public void Without_places_nothing_is_remembered()
    {
        StartDns(options: new DnsClientOptions { CacheEntries = 0 });
        Learn("a.example", Host, 300);
        Query("a.example");
        Asked();
    }

    [TestMethod]
    public void What_would_be_forgotten_first_makes_room()
    {
        StartDns(options: new DnsClientOptions { CacheEntries = 2 });
        Learn("a.example", Host, 300);
        Learn("b.example", Host + 1, 100);
        Learn("c.example", Host + 2, 200);
        int query = Query("a.example");
        IsFound(Host, query);
        Close(query);
        query = Query("c.example");
        IsFound(Host + 2, query);
        Close(query);
        query = Query("b.example");
        Is(DnsStatus.Pending, query);
    }

    [TestMethod]
    public void A_new_answer_takes_the_place_of_the_old_one()
    {
        StartDns(options: new DnsClientOptions { CacheEntries = 2 });
        Learn("b.example", Host, 300);
        Learn("a.example", Host, 10);
        At(10_000);
        Learn("a.example", Host + 1, 10);
        int query = Query("b.example");
        IsFound(Host, query);
        Close(query);
        query = Query("a.example");
        IsFound(Host + 1, query);
    }

    [TestMethod]
    public void Names_of_more_than_62_characters_are_not_remembered()
    {
        StartDns();
        string most = new string('x', 54) + ".example";
        Learn(most, Host, 300);
        int query = Query(most);
        IsFound(Host, query);
        Close(query);
        Learn("x" + most, Host, 300);
        Query("x" + most);
        Asked();
    }

    [TestMethod]
    public void Another_server_may_know_other_names()
    {
        StartDns();
        Learn("a.example", Host, 300);
        Assert.IsTrue(Dns.SetServer(0, First));
        int query = Query("a.example");
        IsFound(Host, query);
        Close(query);
        Assert.IsTrue(Dns.SetServer(0, Second));
        Query("a.example");
        Asked(Second);
    }

    [TestMethod]
    [Requirement("RFC 2308", "5")]
    [DataRow(3, 50, 70)]
    [DataRow(3, 70, 50)]
    [DataRow(0, 50, 70)]
    [DataRow(0, 70, 50)]
    public void What_is_not_there_is_remembered_for_the_time_that_the_zone_says(int rcode, int own, int minimum)
    {
        StartDns();
        DnsStatus expected = rcode == 3 ? DnsStatus.NoSuchName : DnsStatus.NoData;
        int query = Query("a.b.example");
        SeenQuery asked = Asked();
        Answer(asked, new AnswerBuilder(asked, rcode).Zone("example", own, (uint)minimum));
        Is(expected, query);
        Close(query);
        At(49_999);
        query = Query("a.b.example");
        Is(expected, query);
        Nothing();
        Close(query);
        At(50_000);
        Query("a.b.example");
        Asked();
    }

    [TestMethod]
    public void What_is_not_there_is_remembered_for_a_quarter_of_an_hour_at_most()
    {
        StartDns();
        int query = QueryName(Host);
        SeenQuery asked = Asked();
        Answer(asked, new AnswerBuilder(asked, 3).Zone("in-addr.arpa", 86400, 86400));
        Close(query);
        At(899_999);
        query = QueryName(Host);
        Is(DnsStatus.NoSuchName, query);
        Close(query);
        At(900_000);
        QueryName(Host);
        Asked();
    }

    [TestMethod]
    public void Without_its_zone_what_is_not_there_is_not_remembered()
    {
        StartDns();
        int query = Query("a.example");
        SeenQuery asked = Asked();
        Answer(asked, new AnswerBuilder(asked, rcode: 3));
        Close(query);

        // A zone that the name does not lie in says nothing of it.
        query = Query("a.example");
        asked = Asked();
        Answer(asked, new AnswerBuilder(asked, rcode: 3).Zone("b.example", 300, 300));
        Is(DnsStatus.NoSuchName, query);
        Close(query);
        query = Query("a.example");
        asked = Asked();
        Answer(asked, new AnswerBuilder(asked, rcode: 3).Zone("a.example", 300, 300));
        Close(query);
        Query("a.example");
        Nothing();
    }

    [TestMethod]
    public void Failures_are_not_remembered()
    {
        StartDns();
        int query = Query("a.example");
        SeenQuery asked = Asked();
        Answer(asked, new AnswerBuilder(asked, rcode: 2));
        Is(DnsStatus.ServerFailed, query);
        Close(query);
        Query("a.example");
        Asked();
    }
}
