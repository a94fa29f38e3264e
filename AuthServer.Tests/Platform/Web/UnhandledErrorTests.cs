using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Platform.Web;

/// <summary>A server with a bug: every authorized route throws.</summary>
public class BrokenServer : TestServer
{
    public const string Cause = "a secret cause that only the log may tell";

    protected override void ConfigureServices(IServiceCollection services) => services.AddSingleton<IAuthorizationHandler, Bug>();

    private sealed class Bug : IAuthorizationHandler
    {
        public Task HandleAsync(AuthorizationHandlerContext context) => throw new InvalidOperationException(Cause);
    }
}

public sealed class BrokenDevelopmentServer : BrokenServer
{
    protected override string EnvironmentName => "Development";
}

public sealed class UnhandledErrorInProductionTests(BrokenServer server) : UnhandledErrorTests(server), IClassFixture<BrokenServer>;

public sealed class UnhandledErrorInDevelopmentTests(BrokenDevelopmentServer server)
    : UnhandledErrorTests(server), IClassFixture<BrokenDevelopmentServer>;

public abstract class UnhandledErrorTests(TestServer server)
{
    [Fact]
    [Trait("ASVS", "16.5.1")]
    public async Task An_unhandled_error_tells_the_client_nothing_and_the_log_everything()
    {
        var person = await server.Api.RegisterAsync();

        var response =
            await server.Api.SendAsync(
                HttpMethod.Get, "auth/me", bearer: person.AccessToken, adjust: request => request.Headers.Add("Accept", "text/html"));

        var body = await response.ShouldBeProblemAsync(ErrorCodes.InternalError);
        body.Select(member => member.Key).Should().BeEquivalentTo("type", "title", "detail", "status", "code", "trace_id");
        $"{body}{response.Headers}".Should().NotContainAny("Exception", "   at ", BrokenServer.Cause, nameof(BrokenServer), ".cs");
        var logged = server.Logs.Lines.Should().ContainSingle(line => line.Contains(BrokenServer.Cause)).Subject;
        logged.Should().StartWith("Error ").And.Contain(nameof(InvalidOperationException)).And.Contain("GET").And.Contain("/auth/me");
    }

    [Fact]
    [Trait("ASVS", "16.5.1")]
    public async Task Malformed_JSON_is_the_clients_fault_in_every_environment()
    {
        var response = await server.Api.PostAsync("auth/login", "{");

        var body = await response.ShouldBeProblemAsync(ErrorCodes.MalformedJson);
        body.ToJsonString().Should().NotContainAny("Exception", "LineNumber", "System.");
    }
}
