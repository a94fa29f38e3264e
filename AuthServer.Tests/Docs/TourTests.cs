using System.Diagnostics;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Docs;

public sealed class TourTests(TourTests.Server server) : IClassFixture<TourTests.Server>
{
    [Fact]
    public async Task The_readmes_curl_tour_goes_from_registration_to_the_refused_token()
    {
        var readme = Repository.Read("README.md").ReplaceLineEndings("\n");
        var tour = readme[readme.IndexOf("## A tour", StringComparison.Ordinal)..readme.IndexOf("## Configure", StringComparison.Ordinal)];
        var commands = string.Concat(tour.Split("```sh\n").Skip(1).Select(block => block[..block.IndexOf("```", StringComparison.Ordinal)]))
            .Replace("http://localhost:8080/", server.Api.Http.BaseAddress!.ToString(), StringComparison.Ordinal);

        var answers = (await BashAsync(commands)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        answers.Should().SatisfyRespectively(
            registered => registered.Should().Contain("\"access_token\"").And.Contain("dana@example.com"),
            me => me.Should().StartWith("{\"id\"").And.Contain("dana@example.com"),
            refreshed => refreshed.Should().StartWith("{\"access_token\""),
            refused => refused.Should().Contain("\"session_revoked\""));
    }

    private static async Task<string> BashAsync(string commands)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", commands]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var output = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        bash.ExitCode.Should().Be(0);
        return output;
    }

    /// <summary>As eng/start runs it.</summary>
    public sealed class Server : TestServer
    {
        protected override string EnvironmentName => "Development";
    }
}
