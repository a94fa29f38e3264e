using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Mail;

/// <summary>The whole way of a mail, with a real-world mail server at its end.</summary>
public sealed class PostfixTests : IDisposable
{
    private const string NewPassword = "seven quiet green rivers";

    private readonly Postfix _postfix = new();

    public void Dispose() => _postfix.Dispose();

    [PostfixFact]
    [Trait("ASVS", "12.3.2")]
    public async Task A_forgotten_password_is_replaced_by_way_of_a_mailbox_behind_Postfix()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var server = await ServerProgram.ServeAsync(Environment(database.ServerConnection));
        await server.Api.RegisterAsync(email: Postfix.Address);
        await (await server.Api.PostAsync("auth/password/reset/request", new { email = Postfix.Address })).ShouldBeAsync(202);

        await Eventually.TrueAsync(() => _postfix.Mails.Any(IsReset), "the mail in the mailbox");

        var mail = _postfix.Mails.Single(IsReset);
        mail["To"].Should().Contain(Postfix.Address);
        mail.Headers.Where(header => header.Key == "Received").Should()
            .ContainSingle(header => header.Value.Contains("with ESMTPS", StringComparison.Ordinal), "it came encrypted");
        var token = mail.Parts[0].Text.Split("token=")[1].Split('&', '\r')[0];
        await (await server.Api.PostAsync("auth/password/reset/confirm", new { token, new_password = NewPassword })).ShouldBeAsync(204);
        await server.Api.LoginAsync(Postfix.Address, NewPassword);
    }

    [PostfixFact]
    [Trait("ASVS", "16.2.5")]
    public async Task What_Postfix_says_of_a_mailbox_it_does_not_know_reaches_the_operator_without_the_address()
    {
        var result = await ServerProgram.RunProcessAsync(["mail", "test", "--to", "very.private@example.net"], Environment(database: null));

        result.ExitCode.Should().Be(1);
        result.Error.Should().Contain("User unknown in virtual mailbox table").And.NotContain("very.private");
    }

    private static bool IsReset(ReceivedMail mail) => mail.Parts[0].Text.Contains("/reset-password?", StringComparison.Ordinal);

    private Dictionary<string, string?> Environment(string? database)
    {
        var good = database is null ? ServerProgram.GoodEnvironment() : ServerProgram.GoodEnvironment(database);
        return new(good, StringComparer.Ordinal)
        {
            ["Email__Folder"] = null,
            ["SMTP_HOST"] = "localhost",
            ["SMTP_PORT"] = $"{_postfix.Port}",
            ["EMAILS_FROM_EMAIL"] = "no-reply@example.com",
            ["SSL_CERT_FILE"] = _postfix.AuthorityFile,
        };
    }
}
