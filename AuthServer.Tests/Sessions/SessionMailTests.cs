using AuthServer.Mail;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Sessions;

/// <summary>Mails to the owner of an account about its sessions.</summary>
public sealed class SessionMailTests(StoppedServer server) : IClassFixture<StoppedServer>
{
    private const string Phone = "ClinicApp/2.1 (Android 15)";

    [Fact]
    [Trait("ASVS", "6.3.5")]
    public async Task A_sign_in_from_a_new_device_is_told_once()
    {
        var person = await ProvenAsync();
        (await MailsAsync(person)).Should().BeEmpty("the first device is nobody else's");

        await LoginAsync(person, Phone);
        await LoginAsync(person, Phone);

        var mail = (await MailsAsync(person)).Should().ContainSingle().Subject;
        mail.To.Should().Be(person.Email);
        mail.Text.Should().Contain("ClinicApp").And.NotContain("token=");
    }

    [Fact]
    public async Task A_newer_version_of_the_same_program_is_no_new_device()
    {
        var person = await ProvenAsync();
        await LoginAsync(person, Phone);

        await LoginAsync(person, "ClinicApp/3.0.1 (Android 16)");

        (await MailsAsync(person)).Should().ContainSingle();
    }

    [Fact]
    public async Task Nobody_is_told_in_a_mailbox_that_may_be_somebody_elses()
    {
        var person = await server.Api.RegisterAsync();

        await LoginAsync(person, Phone);

        (await MailsAsync(person)).Should().BeEmpty();
    }

    [Fact]
    [Trait("ASVS", "10.4.5")]
    public async Task A_refresh_token_used_twice_is_told()
    {
        var person = await ProvenAsync();
        await server.Api.RefreshAsync(person.RefreshToken);
        server.Clock.Advance(TimeSpan.FromMinutes(1));

        await (await server.Api.RefreshAsync(person.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.RefreshTokenReused);
        await (await server.Api.RefreshAsync(person.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.SessionRevoked);

        (await server.MailsAsync(MailKinds.SessionEndedForReuse, person.Email)).Should().ContainSingle().Which.To.Should().Be(person.Email);
    }

    [Fact]
    [Trait("ASVS", "6.3.5")]
    public async Task A_lock_is_told_once_an_hour_however_long_somebody_guesses()
    {
        var person = await ProvenAsync();
        for (var guess = 0; guess < 30; guess++)
        {
            await server.Api.PostAsync("auth/login", new { email = person.Email, password = "not the password" });
            server.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        (await server.MailsAsync(MailKinds.AccountLocked, person.Email))
            .Should()
            .ContainSingle().Which.Text
            .Should()
            .Contain("/account/forgotten-password");
    }

    [Fact]
    public async Task Guessing_at_a_name_without_an_account_owes_no_mail()
    {
        var name = Api.NewEmail();
        for (var guess = 0; guess < 6; guess++)
        {
            await server.Api.PostAsync("auth/login", new { email = name, password = "not the password" });
        }

        (await server.Database.QueryAsync<long>("SELECT count(*) FROM email_outbox WHERE address = @name", ("name", name))).Should().Be(0);
    }

    private async Task<SignedIn> ProvenAsync()
    {
        var person = await server.Api.RegisterAsync();
        await server.ProveMailboxAsync(person);
        return person;
    }

    private async Task LoginAsync(SignedIn person, string userAgent) => await SignedIn.ReadAsync(
        await server.Api.PostAsync(
            "auth/login", new { email = person.Email, password = Api.Password },
            adjust: request => request.Headers.TryAddWithoutValidation("User-Agent", userAgent)));

    private Task<IReadOnlyList<RenderedMail>> MailsAsync(SignedIn person) => server.MailsAsync(MailKinds.NewDevice, person.Email);
}
