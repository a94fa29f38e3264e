using System.Text;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.AuditTrail;

public sealed class SignInAuditTests(ProxiedServer server) : IClassFixture<ProxiedServer>
{
    private const string Agent = "AuditTests/1.0";

    [Fact]
    [Trait("ASVS", "16.3.1")]
    public async Task A_registration_leaves_the_account_and_its_first_session()
    {
        var (from, id) = (ProxiedServer.NewAddress(), NewRequestId());

        var person =
            await SignedIn.ReadAsync(await PostAsync("auth/register", new { email = Api.NewEmail(), password = Api.Password }, from, id));

        (await EventsAsync(id)).Should().Equal(
            $"user.registered success actor={person.UserId} subject={person.UserId} session= ip={from} agent={Agent} reason=patient",
            $"session.started success actor={person.UserId} subject={person.UserId} session={person.SessionId} ip={from} "
                + $"agent={Agent} reason=pwd");
    }

    [Fact]
    [Trait("ASVS", "16.3.1")]
    public async Task A_sign_in_leaves_one_event_whether_it_succeeds_or_fails()
    {
        var person = await server.Api.RegisterAsync();
        var (from, right, wrong, unknown) = (ProxiedServer.NewAddress(), NewRequestId(), NewRequestId(), NewRequestId());

        var signedIn =
            await SignedIn.ReadAsync(await PostAsync("auth/login", new { email = person.Email, password = Api.Password }, from, right));
        await PostAsync("auth/login", new { email = person.Email, password = "not the password" }, from, wrong);
        await PostAsync("auth/login", new { email = Api.NewEmail(), password = "not the password" }, from, unknown);

        (await EventsAsync(right)).Should().Equal(
            $"session.started success actor={person.UserId} subject={person.UserId} session={signedIn.SessionId} ip={from} "
                + $"agent={Agent} reason=pwd");
        (await EventsAsync(wrong)).Should().Equal(
            $"sign_in.failed failure actor= subject={person.UserId} session= ip={from} agent={Agent} reason=invalid_credentials");
        (await EventsAsync(unknown)).Should().Equal(
            $"sign_in.failed failure actor= subject= session= ip={from} agent={Agent} reason=invalid_credentials");
    }

    [Fact]
    [Trait("ASVS", "16.3.3")]
    public async Task The_failure_that_locks_a_name_says_so_and_what_the_lock_refuses_is_told_apart()
    {
        var person = await server.Api.RegisterAsync();
        var (from, locking, refused) = (ProxiedServer.NewAddress(), NewRequestId(), NewRequestId());
        await server.FailAsync(person.Email, from, 4);

        await PostAsync("auth/login", new { email = person.Email, password = "not the password" }, from, locking);
        await PostAsync("auth/login", new { email = person.Email, password = Api.Password }, from, refused);

        (await EventsAsync(locking)).Should().BeEquivalentTo(
            $"sign_in.failed failure actor= subject={person.UserId} session= ip={from} agent={Agent} reason=invalid_credentials",
            $"sign_in.locked failure actor= subject={person.UserId} session= ip={from} agent={Agent} reason=invalid_credentials");
        (await EventsAsync(refused)).Should().Equal(
            $"sign_in.failed failure actor= subject={person.UserId} session= ip={from} agent={Agent} reason=locked_out");
    }

    [Fact]
    [Trait("ASVS", "16.3.1")]
    public async Task A_right_password_for_a_disabled_account_is_a_failure_with_its_reason()
    {
        var person = await server.Api.RegisterAsync();
        await server.Database.ExecuteAsync("UPDATE users SET status = 'disabled' WHERE id = @id", ("id", person.UserId));
        var (from, id) = (ProxiedServer.NewAddress(), NewRequestId());

        await PostAsync("auth/login", new { email = person.Email, password = Api.Password }, from, id);

        (await EventsAsync(id)).Should().Equal(
            $"sign_in.failed failure actor= subject={person.UserId} session= ip={from} agent={Agent} reason=account_disabled");
    }

    [Fact]
    [Trait("ASVS", "16.4.1")]
    public async Task A_user_agent_is_cut_and_cannot_forge_a_line()
    {
        var id = NewRequestId();

        await server.Api.PostAsync("auth/login", new { email = Api.NewEmail(), password = "x" }, adjust: request =>
        {
            request.Headers.Add("X-Request-ID", id);
            request.Headers.TryAddWithoutValidation("User-Agent", $"\"}} {{\"fake\":\ttrue}} {new string('u', 10_000)}");
        });

        (await server.Database.QueryAsync<string>("SELECT user_agent FROM audit_events WHERE request_id = @id", ("id", id)))
            .Should().StartWith("\"} {\"fake\": true}").And.HaveLength(512);
    }

    [Fact]
    [Trait("ASVS", "16.4.1")]
    public async Task A_user_agent_turns_no_text_around_and_hides_none()
    {
        var id = NewRequestId();
        var agent = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes("Phone\u202E \u2066דנה\u200B 🩺\uFEFF\u0085"));
        var body = $$"""{"email":"{{Api.NewEmail()}}","password":"x"}""";

        await RawHttp.ExchangeAsync(
            server.Api,
            $"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
                + $"Content-Length: {body.Length}\r\nX-Request-ID: {id}\r\nUser-Agent: {agent}\r\n\r\n{body}");

        (await server.Database.QueryAsync<string>("SELECT user_agent FROM audit_events WHERE request_id = @id", ("id", id)))
            .Should().Be("Phone דנה 🩺");
    }

    [Fact]
    public async Task An_event_has_the_time_of_the_act()
    {
        var id = NewRequestId();
        var before = server.Clock.GetUtcNow();

        await PostAsync("auth/login", new { email = Api.NewEmail(), password = "x" }, ProxiedServer.NewAddress(), id);

        var occurredAt =
            await server.Database.QueryAsync<DateTime>("SELECT occurred_at FROM audit_events WHERE request_id = @id", ("id", id));
        occurredAt.Should().BeOnOrAfter(before.UtcDateTime.AddMilliseconds(-1)).And.BeOnOrBefore(server.Clock.GetUtcNow().UtcDateTime);
    }

    [Fact]
    public async Task What_is_refused_before_it_is_an_attempt_leaves_nothing()
    {
        var id = NewRequestId();

        await (await PostAsync("auth/login", new { email = "", password = "" }, ProxiedServer.NewAddress(), id)).ShouldBeProblemAsync(
            ErrorCodes.ValidationFailed);

        (await EventsAsync(id)).Should().BeEmpty();
    }

    private static string NewRequestId() => Guid.NewGuid().ToString("N");

    private Task<HttpResponseMessage> PostAsync(string path, object body, string from, string requestId) =>
        server.Api.PostAsync(path, body, adjust: request =>
    {
        request.Headers.Add("X-Forwarded-For", from);
        request.Headers.Add("X-Request-ID", requestId);
        request.Headers.Add("User-Agent", Agent);
    });

    private async Task<IReadOnlyList<string>> EventsAsync(string requestId) => await server.Database.QueryAsync<string[]>(
        """
        SELECT coalesce(array_agg(format('%s %s actor=%s subject=%s session=%s ip=%s agent=%s reason=%s',
            type, outcome, actor_id, subject_id, session_id, host(ip_address), user_agent, reason) ORDER BY id), '{}')
        FROM audit_events WHERE request_id = @id
        """,
        ("id", requestId));

    [Fact]
    [Trait("ASVS", "16.3.3")]
    public async Task A_refused_registration_leaves_one_row_that_says_why()
    {
        var taken = await server.Api.RegisterAsync();
        var request = $"refused-{Guid.NewGuid():N}";

        await (await server.Api.PostAsync(
            "auth/register", new { email = taken.Email, password = Api.Password },
            adjust: message => message.Headers.Add("X-Request-ID", request))).ShouldBeProblemAsync(ErrorCodes.EmailTaken);

        (await server.Database.QueryAsync<string>(
            "SELECT string_agg(concat_ws(' ', type, outcome, reason), ',') FROM audit_events WHERE request_id = @request", ("request",
                request)))
            .Should().Be("registration.refused failure email_taken");
    }
}
