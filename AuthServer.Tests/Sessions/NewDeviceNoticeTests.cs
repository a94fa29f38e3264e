using AuthServer.Mail;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Sessions;

/// <summary>Which sign-ins the owner is told of, and how often.</summary>
public sealed class NewDeviceNoticeTests(ProxiedServer server) : IClassFixture<ProxiedServer>
{
    private const string Browser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0.0.0";

    [Theory]
    [InlineData("198.51.100.7", "198.51.100.8", 1)]
    [InlineData("2001:db8:1:1::7", "2001:db8:1:1::8", 0)]
    [InlineData("2001:db8:1:1::7", "2001:db8:1:2::7", 1)]
    [Trait("ASVS", "6.3.5")]
    public async Task A_stranger_with_the_same_program_is_new_by_the_network(string home, string elsewhere, int mails)
    {
        var person = await KnownAsync(home);

        await LoginAsync(person, elsewhere);

        (await MailsAsync(person)).Should().HaveCount(mails);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 1)]
    [Trait("ASVS", "6.3.5")]
    public async Task After_three_wrong_passwords_a_known_device_is_told_as_well(int failures, int mails)
    {
        var home = ProxiedServer.NewAddress();
        var person = await KnownAsync(home);
        await server.FailAsync(person.Email, home, failures);

        await LoginAsync(person, home);

        (await MailsAsync(person)).Should().HaveCount(mails);
    }

    [Fact]
    public async Task Wrong_passwords_of_an_hour_ago_are_forgotten()
    {
        var home = ProxiedServer.NewAddress();
        var person = await KnownAsync(home);
        await server.FailAsync(person.Email, home, 4);
        server.Clock.Advance(TimeSpan.FromHours(1));

        await LoginAsync(person, home);

        (await MailsAsync(person)).Should().BeEmpty();
    }

    [Fact]
    [Trait("ASVS", "6.3.5")]
    public async Task Fifteen_made_up_devices_are_one_mail_at_once_and_one_with_their_number_an_hour_later()
    {
        var home = ProxiedServer.NewAddress();
        var person = await KnownAsync(home);
        for (var number = 1; number <= 15; number++)
        {
            await LoginAsync(person, home, $"Device {(char)('A' + number)}");
        }

        var mails = await MailsAsync(person);

        mails.Should().HaveCount(2);
        mails[0].Text.Should().Contain("Device B").And.NotContain("within an hour");
        mails[1].Text.Should().Contain("There were 14 sign-ins").And.Contain("Device C").And.NotContain("Device P");
        (await DueAsync(person)).Should().Be("0 1", "the second waits until an hour has passed");
    }

    [Fact]
    public async Task After_an_hour_the_next_one_is_told_at_once()
    {
        var home = ProxiedServer.NewAddress();
        var person = await KnownAsync(home);
        await LoginAsync(person, home, "Phone");
        server.Clock.Advance(TimeSpan.FromHours(1));

        await LoginAsync(person, home, "Tablet");

        (await DueAsync(person)).Should().Be("0 0");
    }

    [Fact]
    public async Task A_mail_under_way_is_not_changed_and_the_next_one_waits_an_hour()
    {
        var home = ProxiedServer.NewAddress();
        var person = await KnownAsync(home);
        await LoginAsync(person, home, "Phone");
        await LoginAsync(person, home, "Tablet");
        await server.Database.ExecuteAsync(
            "UPDATE email_outbox SET attempts = 1 WHERE user_id = @id AND kind = 'new_device'", ("id", person.UserId));

        await LoginAsync(person, home, "Television");

        (await MailsAsync(person)).Select(mail => mail.Text.Contains("within an hour", StringComparison.Ordinal)).Should()
            .Equal(false, false, false);
        (await DueAsync(person)).Should().Be("0 1 2");
    }

    [Fact]
    [Trait("ASVS", "10.4.5")]
    public async Task Many_stolen_tokens_are_two_mails()
    {
        var home = ProxiedServer.NewAddress();
        var person = await KnownAsync(home);
        for (var number = 0; number < 4; number++)
        {
            var session = await LoginAsync(person, home);
            await server.Api.RefreshAsync(session.RefreshToken);
            server.Clock.Advance(TimeSpan.FromMinutes(1));
            await (await server.Api.RefreshAsync(session.RefreshToken)).ShouldBeProblemAsync(ErrorCodes.RefreshTokenReused);
        }

        var mails = await server.MailsAsync(MailKinds.SessionEndedForReuse, person.Email);

        mails.Should().HaveCount(2);
        mails[1].Text.Should().Contain("3 times");
    }

    private async Task<SignedIn> KnownAsync(string from)
    {
        var person = await server.Api.RegisterAsync();
        await LoginAsync(person, from);
        await server.ProveMailboxAsync(person);
        return person;
    }

    private async Task<SignedIn> LoginAsync(SignedIn person, string from, string? device = null) => await SignedIn.ReadAsync(
        await server.Api.PostAsync(
            "auth/login", new { email = person.Email, password = Api.Password, device_name = device }, adjust: request =>
            {
                request.Headers.TryAddWithoutValidation("User-Agent", Browser);
                request.Headers.Add("X-Forwarded-For", from);
            }));

    private Task<IReadOnlyList<RenderedMail>> MailsAsync(SignedIn person) => server.MailsAsync(MailKinds.NewDevice, person.Email);

    /// <summary>How many hours after what they tell of the mails are due.</summary>
    private Task<string> DueAsync(SignedIn person) => server.Database.QueryAsync<string>(
        "SELECT string_agg(round(extract(epoch FROM next_attempt_at - (data ->> 'at')::timestamptz) / 3600)::text, ' ' "
            + "ORDER BY created_at) FROM email_outbox WHERE user_id = @id AND kind = 'new_device'", ("id", person.UserId));
}
