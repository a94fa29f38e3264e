using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Accounts;

/// <summary>
/// Tokens exactly as the version before Identity's token providers made them: mails that were already sent contain them.
/// </summary>
public sealed class MailedLinkUpgradeTests(StoppedServer server) : IClassFixture<StoppedServer>
{
    private const string NewPassword = "another long phrase of mine";

    [Theory]
    [InlineData("ResetPassword")]
    [InlineData("Invitation")]
    public async Task A_link_to_a_new_password_that_was_mailed_before_the_upgrade_still_works(string use)
    {
        var person = await server.Api.RegisterAsync();

        var reset = new { token = await TokenAsync(person, use), new_password = NewPassword };
        await (await server.Api.PostAsync("auth/password/reset/confirm", reset)).ShouldBeAsync(204);

        await server.Api.LoginAsync(person.Email, NewPassword);
    }

    [Fact]
    public async Task A_proof_of_a_mailbox_that_was_mailed_before_the_upgrade_still_works()
    {
        var person = await server.Api.RegisterAsync();

        var proof = new { token = await TokenAsync(person, "VerifyEmail"), password = Api.Password };
        await (await server.Api.PostAsync("auth/email/verification/confirm", proof)).ShouldBeAsync(204);

        (await server.Api.LoginAsync(person.Email)).User!["email_verified"]!.GetValue<bool>().Should().BeTrue();
    }

    [Fact]
    public async Task A_proof_of_a_new_address_that_was_mailed_before_the_upgrade_still_works()
    {
        var (person, wanted) = (await server.Api.RegisterAsync(), Api.NewEmail());
        await AskAsync(person, wanted);

        await (await ConfirmAsync(await TokenAsync(person, "ConfirmNewEmail", wanted))).ShouldBeAsync(204);

        await server.Api.LoginAsync(wanted);
    }

    [Fact]
    public async Task A_proof_of_another_address_than_the_one_asked_for_is_not_taken()
    {
        var person = await server.Api.RegisterAsync();
        await AskAsync(person, Api.NewEmail());

        var answer = await ConfirmAsync(await TokenAsync(person, "ConfirmNewEmail", Api.NewEmail()));

        await answer.ShouldBeProblemAsync(ErrorCodes.InvalidOrExpiredToken);
    }

    private async Task AskAsync(SignedIn person, string wanted)
    {
        var change = new { new_email = wanted, current_password = Api.Password };
        await (await server.Api.PostAsync("auth/email/change", change, person.AccessToken)).ShouldBeAsync(202);
    }

    private Task<HttpResponseMessage> ConfirmAsync(string token) =>
        server.Api.PostAsync("auth/email/change/confirm", new { token, password = Api.Password });

    private async Task<string> TokenAsync(SignedIn person, string use, string detail = "")
    {
        var stamp = await server.Database.QueryAsync<string>("SELECT security_stamp FROM users WHERE id = @id", ("id", person.UserId));
        var text = Encoding.UTF8.GetBytes($"{stamp}\n{detail}");
        var plain = new byte[24 + text.Length];
        person.UserId.TryWriteBytes(plain);
        BinaryPrimitives.WriteInt64BigEndian(plain.AsSpan(16), server.Clock.GetUtcNow().UtcTicks);
        text.CopyTo(plain, 24);
        var protector = server.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("AuthServer.MailedTokens", use);
        return Base64Url.EncodeToString(protector.Protect(plain));
    }
}
