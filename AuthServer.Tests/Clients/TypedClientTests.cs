using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Clients;

/// <summary>What tools of others make of the description that is served.</summary>
public sealed class TypedClientTests(TypedClients clients) : IClassFixture<TypedClients>
{
    [Fact]
    public Task A_generated_typescript_client_compiles_strictly_and_changes_only_what_it_is_told_to() => clients.RunTypeScriptAsync();

    [Fact]
    public Task Spectral_finds_nothing() =>
        clients.RunToolAsync(
            "@stoplight/spectral-cli/dist/index.js", "lint", "--ruleset", NodeScript.PathOf("spectral.yaml"), "--fail-severity", "hint");

    [Fact]
    public Task Redocly_finds_nothing() =>
        clients.RunToolAsync("@redocly/cli/bin/cli.js", "lint", "--config", NodeScript.PathOf("redocly.yaml"), "--max-problems", "20");
}

/// <summary>A server, and its description in a file.</summary>
public sealed class TypedClients : TestServer
{
    private string _description = null!;

    private string Folder => Path.GetDirectoryName(_description)!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _description = NodeScript.Place("description.json", await Api.Http.GetStringAsync("/openapi/v1.json"));
    }

    public override async Task DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        await base.DisposeAsync();
    }

    public Task RunToolAsync(string tool, string command, params string[] more) =>
        NodeScript.RunAsync($"node_modules/{tool}", _ => Task.FromResult(""), [command, _description, .. more]);

    public async Task RunTypeScriptAsync()
    {
        await NodeScript.RunAsync(
            "node_modules/openapi-typescript/bin/cli.js", _ => Task.FromResult(""), _description, "--output",
            Path.Combine(Folder, "schema.ts"));
        var source = Path.Combine(Folder, "typed-client.ts");
        File.Copy(NodeScript.PathOf("typed-client.ts"), source);
        await File.WriteAllTextAsync(Path.Combine(Folder, "package.json"), """{"type":"module"}""");
        await NodeScript.RunAsync("node_modules/typescript/bin/tsc", _ => Task.FromResult(""),
            "--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes", "--noUnusedLocals", "--skipLibCheck",
            "--target", "es2022", "--module", "nodenext", "--lib", "es2023,dom", source);
        var person = await Api.RegisterAsync(more: new { full_name = "Dana Levi", locale = "he" });
        await NodeScript.RunAsync(
            Path.ChangeExtension(source, ".js"), _ => Task.FromResult(""), Api.Http.BaseAddress!.ToString().TrimEnd('/'), person.Email,
            Api.Password);
        (await Api.LoginAsync(person.Email)).User!["locale"]!.GetValue<string>().Should().Be("he");
    }
}
