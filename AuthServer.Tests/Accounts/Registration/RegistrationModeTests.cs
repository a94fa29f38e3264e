using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.Registration;

/// <summary>The defaults: safe in production, convenient in Development.</summary>
public sealed class RegistrationModeTests
{
    [Fact]
    public async Task In_production_an_account_waits_for_the_proof_of_its_mailbox()
    {
        await using var server = await StartAsync("Production");

        var answer =
            await (await server.Api.PostAsync("auth/register", new { email = Api.NewEmail(), password = Api.Password })).ShouldBeAsync(202);

        answer.AsObject().Select(member => member.Key).Should().Equal("status");
    }

    [Fact]
    public async Task In_Development_whoever_registers_is_signed_in()
    {
        await using var server = await StartAsync("Development");

        await server.Api.RegisterAsync();
    }

    [Fact]
    public async Task In_Development_the_flows_can_be_tried_without_mail()
    {
        await using var server = await StartAsync("Development");
        var person = await server.Api.RegisterAsync();
        var wanted = Api.NewEmail();

        var verify = await DevTokenAsync("auth/email/verification/request", new { email = person.Email });
        await (await server.Api.PostAsync("auth/email/verification/confirm", new { token = verify }, person.AccessToken)).ShouldBeAsync(
            204);
        var change =
            await DevTokenAsync("auth/email/change", new { new_email = wanted, current_password = Api.Password }, person.AccessToken);
        await (await server.Api.PostAsync("auth/email/change/confirm", new { token = change }, person.AccessToken)).ShouldBeAsync(204);
        var reset = await DevTokenAsync("auth/password/reset/request", new { email = wanted });
        await (await server.Api.PostAsync(
            "auth/password/reset/confirm", new { token = reset, new_password = "another long phrase of mine" })).ShouldBeAsync(204);

        await server.Api.LoginAsync(wanted, "another long phrase of mine");

        async Task<string> DevTokenAsync(string path, object body, string? bearer = null) =>
            (await (await server.Api.PostAsync(path, body, bearer)).ShouldBeAsync(202))["dev_token"]!.GetValue<string>();
    }

    [Fact]
    public async Task An_app_can_have_the_link_lead_to_itself()
    {
        await using var server = await StartedServer.StartAsync(adjust: static settings =>
        {
            settings["Links:Allowed:0"] = "com.example.app://reset";
            settings["Links:Allowed:1"] = "https://app.example.com/reset?lang=he";
        });
        var (first, second) = (await server.Api.RegisterAsync(), await server.Api.RegisterAsync());

        await (await server.Api.PostAsync(
            "auth/password/reset/request", new { email = first.Email, link = "com.example.app://reset" })).ShouldBeAsync(202);
        await (await server.Api.PostAsync(
            "auth/password/reset/request", new { email = second.Email, link = "https://app.example.com/reset?lang=he" })).ShouldBeAsync(
                202);

        (await server.MailsAsync("reset_password", first.Email)).Single().Text.Should().Contain("com.example.app://reset?token=");
        (await server.MailsAsync("reset_password", second.Email))
            .Single().Text
            .Should()
            .Contain("https://app.example.com/reset?lang=he&token=");
        foreach (var alike in new[]
        {
            "com.example.app://reset/",
            "COM.EXAMPLE.APP://reset",
            "com.example.app://reset?token=x",
            "https://app.example.com/reset?lang=he#",
            "https://app.example.com.evil.example/reset",
            "javascript:alert(1)",
            ""
        })
        {
            await (await server.Api.PostAsync("auth/password/reset/request", new { email = first.Email, link = alike })).ShouldBeAsync(400);
        }
    }

    private static Task<StartedServer> StartAsync(string environment) =>
        StartedServer.StartAsync(environment, static settings => settings.Remove("Registration:Mode"));
}
