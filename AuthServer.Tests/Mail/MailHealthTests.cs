using System.Text.Json.Nodes;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Mail;

public sealed class MailHealthTests(MailingServer server) : IClassFixture<MailingServer>, IAsyncLifetime
{
    public Task InitializeAsync() => server.Database.ExecuteAsync("DELETE FROM email_outbox");

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Mails_that_are_young_or_done_with_are_well()
    {
        await server.EnqueueAsync(age: TimeSpan.FromMinutes(14), kind: "of_the_future");
        await server.EnqueueAsync();

        (await MailAsync())["status"]!.GetValue<string>().Should().Be("healthy");
    }

    [Fact]
    public async Task A_mail_that_waits_for_more_than_a_quarter_of_an_hour_degrades_the_server_and_never_makes_it_unready()
    {
        await server.EnqueueAsync(age: TimeSpan.FromMinutes(16), kind: "of_the_future");

        var mail = await MailAsync();

        mail["status"]!.GetValue<string>().Should().Be("degraded");
        mail["detail"]!.GetValue<string>().Should().Contain("15 minutes");
    }

    [Fact]
    public async Task A_mail_that_was_given_up_degrades_the_server_for_a_day()
    {
        var id = await server.EnqueueAsync(kind: "of_the_future");
        await server.Database.ExecuteAsync(
            "UPDATE email_outbox SET state = 'dead', finished_at = @now WHERE id = @id", ("id", id),
            ("now", server.Clock.GetUtcNow().AddHours(-23)));
        var mail = await MailAsync();
        mail["status"]!.GetValue<string>().Should().Be("degraded");
        mail["detail"]!.GetValue<string>().Should().Contain("mail dead");

        await server.Database.ExecuteAsync(
            "UPDATE email_outbox SET finished_at = finished_at - interval '2 hours' WHERE id = @id", ("id", id));

        (await MailAsync())["status"]!.GetValue<string>().Should().Be("healthy");
    }

    private async Task<JsonNode> MailAsync() => (await (await server.Api.GetAsync("/health/ready")).ShouldBeAsync(200))["checks"]!["mail"]!;
}
