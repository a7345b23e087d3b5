using System.Text;
using System.Text.Json;
using NanoTcp.Samples.Http;
using NanoTcp.Samples.Status;
using NanoTcp.Samples.Text;
using NanoTcp.Services;
using NanoTcp.Tests.Services;

namespace NanoTcp.Tests.Samples;

/// <summary>How the host has got its address, on the page, in JSON and in the metrics.</summary>
[TestClass]
public sealed class HostRowsTests : HostTest
{
    [TestMethod]
    public void A_lease_is_shown_in_all_documents()
    {
        BootAndBind(more: reply => reply.PutNumber(6, 0x0A000035).Put(15, "home.arpa"u8.ToArray()));
        StatusSource source = Source();
        string json = Rendered(new StatusJson(source).CreateTemplate());
        JsonElement status = JsonDocument.Parse(json).RootElement;
        JsonElement services = status.GetProperty("services");
        Assert.AreEqual("BOUND", services.GetProperty("host_state").GetString());
        Assert.AreEqual("DHCP", services.GetProperty("host_address_from").GetString());
        Assert.AreEqual("none", services.GetProperty("host_reason").GetString());
        Assert.AreEqual("10.0.0.1", services.GetProperty("host_server").GetString());
        Assert.AreEqual(3594, services.GetProperty("host_lease_left_seconds").GetInt64());
        Assert.AreEqual("10.0.0.53", services.GetProperty("host_dns_server").GetString());
        Assert.AreEqual(JsonValueKind.Null, services.GetProperty("host_dns_server_2").ValueKind);
        Assert.AreEqual("home.arpa", services.GetProperty("host_domain").GetString());
        Assert.AreEqual("nanotcp", services.GetProperty("host_name").GetString());
        Assert.AreEqual(JsonValueKind.Null, services.GetProperty("host_last_conflict").ValueKind);
        Assert.AreEqual(1, status.GetProperty("counters").GetProperty("services").GetProperty("dhcp_acks").GetInt64());

        string page = Rendered(new StatusPage(source).CreateTemplate());
        StringAssert.Contains(page, "<p><b>host_state</b><b>BOUND</b></p>");
        StringAssert.Contains(page, "<p><b>host_ntp_server</b><b>-</b></p>");
        StringAssert.Contains(page, "<p><b>dhcp_requests</b><b>1</b></p>");
        string metrics = Rendered(new MetricsText(source).CreateTemplate());
        StringAssert.Contains(metrics, "\nnanotcp_host_state{value=\"BOUND\"} 1\n");
        StringAssert.Contains(metrics, "\nnanotcp_host_lease_left_seconds 3594\n");
        StringAssert.Contains(metrics, "\nnanotcp_dhcp_discovers_total 1\n");
        Assert.DoesNotContain("nanotcp_host_dns_server_2", metrics);
    }

    [TestMethod]
    public void Every_state_origin_and_reason_has_a_word()
    {
        Boot();
        StatusSource source = Source();
        foreach (int time in new[] { 0, 4000, 12_000, 16_000 })
        {
            At(time);
            string json = Rendered(new StatusJson(source).CreateTemplate());
            string word = Host.State.ToString() == "LinkLocal" ? "LINK-LOCAL" : Host.State.ToString().ToUpperInvariant();
            StringAssert.Contains(json, $"\"host_state\":\"{word}\"");
        }

        SetLink(false);
        StringAssert.Contains(Rendered(new StatusJson(source).CreateTemplate()), "\"host_state\":\"LINK-DOWN\"");
        B.Do(Host.Stop);
        StringAssert.Contains(Rendered(new StatusJson(source).CreateTemplate()), "\"host_state\":\"STOPPED\"");
        StringAssert.Contains(Rendered(new StatusJson(source).CreateTemplate()), "\"host_reason\":\"stopped\"");
        Forget();
    }

    [TestMethod]
    public void Without_services_there_are_no_rows()
    {
        Start(answersArp: false);
        string json = Rendered(new StatusJson(new StatusSource(B.Stack, HttpCounter.Create())).CreateTemplate());
        Assert.AreEqual(0, JsonDocument.Parse(json).RootElement.GetProperty("services").GetPropertyCount());
    }

    [TestMethod]
    public void A_server_shows_a_host_and_refuses_none()
    {
        BootAndBind();
        HttpServer server = new(B.Stack, 80, 1);
        server.Show(Host);
        Assert.ThrowsExactly<System.ArgumentNullException>(() => server.Show((HostConfiguration)null!));
    }

    private StatusSource Source()
    {
        StatusSource source = new(B.Stack, HttpCounter.Create());
        source.Add(new HostRows(Host));
        return source;
    }

    private static string Rendered(Template template)
    {
        TemplateCursor cursor = new();
        TextBuffer text = new(512);
        StringBuilder all = new();
        bool ended = false;
        while (!ended)
        {
            text.Reset(5, 254);
            ended = template.Render(cursor, text);
            Assert.IsTrue(ended || text.Length > 5, "a row fits into the smallest send ring");
            all.Append(Encoding.ASCII.GetString(text.Octets, 5, text.Length - 5));
        }

        return all.ToString();
    }
}
