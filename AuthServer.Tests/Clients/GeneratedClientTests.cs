using System.Reflection;
using AuthServer.Tests.Infrastructure;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NJsonSchema.CodeGeneration.CSharp;
using NSwag;
using NSwag.CodeGeneration.CSharp;

namespace AuthServer.Tests.Clients;

/// <summary>The C# client that NSwag makes of the description, compiled and used as an app would.</summary>
public sealed class GeneratedClientTests(TestServer server) : IClassFixture<TestServer>
{
    // What such an app would write.
    private const string App = """
        using System.Net.Http;
        using System.Threading.Tasks;
        using Generated;

        public static class App
        {
            public static async Task<string> RunAsync(HttpClient http, string email, string password)
            {
                var client = new Client(http);
                var registered = await client.RegisterAsync(new RegisterRequest { Email = "new-" + email, Password = password });
                var signedIn = await client.LoginAsync(new LoginRequest { Email = email, Password = password });
                http.DefaultRequestHeaders.Authorization = new("Bearer", signedIn.Access_token);
                await client.PatchProfileAsync(new ProfileRequest { Full_name = "Dana Cohen" });
                var me = await client.MeAsync();
                try
                {
                    await client.LoginAsync(new LoginRequest { Email = email, Password = "wrong" });
                    return "signed in with a wrong password";
                }
                catch (ApiException<ProblemBody> refused)
                {
                    return $"{registered.Status} {me.Full_name} {me.Locale} {refused.Result.Code}";
                }
            }
        }
        """;

    [Fact]
    public async Task A_generated_csharp_client_compiles_without_a_warning_and_changes_only_what_it_is_told_to()
    {
        var person = await server.Api.RegisterAsync(more: new { full_name = "Dana Levi", locale = "he" });
        var app = Compile(await GenerateAsync(), App).GetType("App")!.GetMethod("RunAsync")!;
        using var http = new HttpClient { BaseAddress = server.Api.Http.BaseAddress };

        var said = await (Task<string>)app.Invoke(null, [http, person.Email, Api.Password])!;

        said.Should().Be("Signed_in Dana Cohen he Invalid_credentials");
    }

    private async Task<string> GenerateAsync()
    {
        var document = await OpenApiDocument.FromJsonAsync(await server.Api.Http.GetStringAsync("/openapi/v1.json"));
        return new CSharpClientGenerator(document, new CSharpClientGeneratorSettings
        {
            ClassName = "Client",
            UseBaseUrl = false,
            CSharpGeneratorSettings =
            {
                Namespace = "Generated",
                JsonLibrary = CSharpJsonLibrary.SystemTextJson,
                GenerateNullableReferenceTypes = true,
            },
        }).GenerateFile();
    }

    private static Assembly Compile(params string[] sources)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            "GeneratedClient", sources.Select(source => CSharpSyntaxTree.ParseText(source)), references,
            new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        using var assembly = new MemoryStream();
        var result = compilation.Emit(assembly);
        result.Diagnostics.Where(found => found.Severity >= DiagnosticSeverity.Warning).Should().BeEmpty();
        return Assembly.Load(assembly.ToArray());
    }
}
