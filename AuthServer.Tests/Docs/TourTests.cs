using System.Diagnostics;
using AuthServer.Platform.Web;
using AuthServer.Staff.Users;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Docs;

public sealed class TourTests(TourTests.Server server) : IClassFixture<TourTests.Server>
{
    [Fact]
    public async Task The_readmes_curl_tour_goes_from_registration_to_the_refused_token()
    {
        var readme = Repository.Read("README.md").ReplaceLineEndings("\n");
        var tour = readme[readme.IndexOf("## A tour", StringComparison.Ordinal)..readme.IndexOf("## Configure", StringComparison.Ordinal)];

        var answers = await RunAsync(tour);

        answers.Should().SatisfyRespectively(
            registered => registered.Should().Contain("\"access_token\"").And.Contain("dana@example.com"),
            me => me.Should().StartWith("{\"id\"").And.Contain("dana@example.com"),
            refreshed => refreshed.Should().StartWith("{\"access_token\""),
            refused => refused.Should().Contain("\"session_revoked\""));
    }

    [Fact]
    public async Task The_tour_of_people_and_clinics_does_what_it_says_as_each_of_the_four_roles()
    {
        const string address = "root@example.com";
        await using (var scope = server.Services.CreateAsyncScope())
        {
            (await scope.ServiceProvider.GetRequiredService<AdminCreation>()
                .CreateAsync(address, Secret.Of(Api.Password)!, onlyTheFirst: true, CancellationToken.None)).Should()
                    .BeOfType<AdminCreationOutcome.Created>();
        }

        var answers =
            await RunAsync(
                Repository.Read("docs/admin.md").ReplaceLineEndings("\n"), ("ADMIN_EMAIL", address), ("ADMIN_PASSWORD", Api.Password));

        answers.Should().SatisfyRespectively(
            clinic => clinic.Should().Contain("\"slug\":\"north\"").And.Contain("\"self_registration\":true"),
            support => support.Should().Contain("\"status\":\"invited\"").And.Contain("\"roles\":[\"support\"]"),
            clinicAdmin => clinicAdmin.Should().Contain("\"status\":\"invited\"").And.Contain("\"role\":\"admin\""),
            found => found.Should().Contain("noa@example.com").And.Contain("\"total\":1,"),
            count => count.Should().Contain("\"total\":"),
            disabled => disabled.Should().Contain("\"status\":\"disabled\"").And.Contain("On leave."),
            enabled => enabled.Should().Contain("\"status\":\"invited\""),
            clinicsPeople => clinicsPeople.Should().Contain("noa@example.com").And.NotContain("sam@example.com"),
            settings => settings.Should().Contain("\"mail_sender_name\":\"North Clinic\"").And.Contain("\"self_registration\":true"),
            profile => profile.Should().Contain("\"status\":\"pending\""),
            verified => verified.Should().Contain("\"state\":\"verified\""),
            outdated => outdated.Should().Contain("\"token_outdated\""),
            licensed => licensed.Should().Contain("\"physician\""),
            available => available.Should().Contain("Dana Levi").And.NotContain("dana@clinic.example"),
            refused => refused.Should().Contain("\"forbidden\""),
            opened => opened.Should().Contain("pat@example.com"),
            sessions => sessions.Should().Contain("\"items\":[{"),
            sent => sent.Should().Contain("\"sent\""),
            own => own.Should().Contain("\"own_request\""),
            waiting => waiting.Should().Contain("\"state\":\"pending\""),
            approved => approved.Should().Contain("\"state\":\"approved\""),
            admins => admins.Should().Contain("\"forbidden\""),
            promotion => promotion.Should().Contain("\"forbidden\""));
    }

    /// <summary>The output of the shell blocks in a document, line by line.</summary>
    private async Task<string[]> RunAsync(string document, params (string Name, string Value)[] environment)
    {
        var commands =
            string.Concat(document.Split("```sh\n").Skip(1).Select(block => block[..block.IndexOf("```", StringComparison.Ordinal)]))
            .Replace("http://localhost:8080/", server.Api.Http.BaseAddress!.ToString(), StringComparison.Ordinal);
        var start =
            new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", commands]) { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var bash = Process.Start(start)!;
        var output = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        bash.ExitCode.Should().Be(0, "it had printed {0}", output);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Configured as by eng/start.</summary>
    public sealed class Server : TestServer
    {
        protected override string EnvironmentName => "Development";
    }
}
