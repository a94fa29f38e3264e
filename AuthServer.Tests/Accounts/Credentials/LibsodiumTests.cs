using System.Text.Json.Nodes;
using AuthServer.Platform.Persistence;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.Credentials;

/// <summary>Whether libsodium can be found and is loaded, in a server process.</summary>
public sealed class LibsodiumTests
{
    [Fact]
    public async Task Where_it_cannot_be_loaded_the_configuration_is_refused_with_the_remedy()
    {
        var result = await CheckWithoutAsync("Argon2id");

        result.ExitCode.Should().Be(78);
        result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().ContainSingle()
            .Which
                .Should()
                .StartWith("Configuration: Password:Hash is Argon2id, and libsodium cannot be loaded").And
                .Contain("set Password:Hash to Pbkdf2");
    }

    [Fact]
    public async Task Whoever_hashes_with_Pbkdf2_does_without_it() =>
        (await CheckWithoutAsync("Pbkdf2")).Should().Be(new ServerProgram.Finished(0, "", ""));

    [Theory]
    [InlineData("Argon2id", true)]
    [InlineData("Pbkdf2", false)]
    public async Task It_is_loaded_by_whoever_hashes_with_Argon2id_and_by_nobody_else(string function, bool isLoaded)
    {
        await using var database = await TestDatabase.CreateAsync();
        var environment = ServerProgram.GoodEnvironment(database.ServerConnection);
        environment["Password__Hash"] = function;
        await using var server = await ServerProgram.ServeAsync(environment);

        var person = await server.Api.RegisterAsync();
        await server.Api.LoginAsync(person.Email);

        (await File.ReadAllTextAsync($"/proc/{server.ProcessId}/maps"))
            .Contains("libsodium", StringComparison.Ordinal)
            .Should()
            .Be(isLoaded);
    }

    // Simulates a machine for which the package has no library: the host is not told where to find one.
    private static async Task<ServerProgram.Finished> CheckWithoutAsync(string function)
    {
        // Beside the server, because the host looks for everything else in the same folder.
        var dependencies = Path.Combine(AppContext.BaseDirectory, $"{Guid.NewGuid():N}.deps.json");
        var all = JsonNode.Parse(await File.ReadAllTextAsync(Path.ChangeExtension(typeof(AuthDbContext).Assembly.Location, ".deps.json")))!;
        var libsodium = all["targets"]!.AsObject().Single().Value!.AsObject()
            .Single(library => library.Key.StartsWith("libsodium/", StringComparison.Ordinal));
        libsodium.Value!.AsObject().Remove("runtimeTargets").Should().BeTrue();
        await File.WriteAllTextAsync(dependencies, all.ToJsonString());
        var environment = ServerProgram.GoodEnvironment();
        environment["Password__Hash"] = function;
        try
        {
            return await ServerProgram.RunProcessAsync(["--check-configuration"], environment, "--depsfile", dependencies);
        }
        finally
        {
            File.Delete(dependencies);
        }
    }
}
