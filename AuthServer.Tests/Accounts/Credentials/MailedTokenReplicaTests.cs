using AuthServer.Accounts.Identity;
using AuthServer.Sessions.SigningKeys;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Accounts.Credentials;

/// <summary>Mailed tokens with several replicas, and across a change of the root secret.</summary>
public sealed class MailedTokenReplicaTests
{
    private const string NewPassword = "another long phrase of mine";

    [Fact]
    public async Task A_token_of_one_replica_works_on_the_other_in_both_directions()
    {
        await using var server = await StartedServer.StartAsync();
        var other = server.StartReplica();
        var (first, second) = (await server.Api.RegisterAsync(), await server.Api.RegisterAsync());
        var fromFirst = await server.MakeTokenAsync(EmailTokens.ResetPassword, first.UserId);
        var fromSecond = await server.MakeTokenAsync(EmailTokens.ResetPassword, second.UserId, replica: 1);

        await (await ConfirmAsync(other, fromFirst)).ShouldBeAsync(204);
        await (await ConfirmAsync(server.Api, fromSecond)).ShouldBeAsync(204);
    }

    [Fact]
    [Trait("ASVS", "11.1.1")]
    public async Task A_token_outlives_the_change_of_the_root_secret_and_the_former_one_can_then_be_given_up()
    {
        await using var server = await StartedServer.StartAsync();
        var person = await server.Api.RegisterAsync();
        var token = await server.MakeTokenAsync(EmailTokens.ResetPassword, person.UserId);

        server.Settings["Secrets:PreviousKey"] = server.Settings["Secrets:Key"];
        server.Settings["Secrets:Key"] = "another root secret of the tests, long enough";
        server.StartReplica();
        await server.ServicesOf(1).GetRequiredService<SigningKeyRotationJob>().RotateAsync(CancellationToken.None);
        server.Settings.Remove("Secrets:PreviousKey");
        var last = server.StartReplica();

        await (await ConfirmAsync(last, token)).ShouldBeAsync(204);
    }

    [Fact]
    [Trait("ASVS", "11.2.5")]
    public async Task The_database_alone_makes_no_token()
    {
        await using var server = await StartedServer.StartAsync();
        await server.MakeTokenAsync(EmailTokens.ResetPassword, (await server.Api.RegisterAsync()).UserId);

        (await server.Database.QueryAsync<string>("SELECT string_agg(xml, '') FROM data_protection_keys"))
            .Should()
            .Contain("<wrapped ").And
            .NotContain("masterKey");
    }

    private static Task<HttpResponseMessage> ConfirmAsync(Api api, string token) =>
        api.PostAsync("auth/password/reset/confirm", new { token, new_password = NewPassword });
}
