using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace AuthServer.Tests.Platform.ApiReference;

public sealed partial class OpenApiTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Committed = "docs/openapi.json";

    [Fact]
    public async Task The_committed_description_is_the_one_that_is_served()
    {
        var served = await server.Api.Http.GetStringAsync("/openapi/v1.json");
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            await File.WriteAllTextAsync(Path.Combine(Repository.Root, Committed), served + "\n");
        }

        (Repository.Read(Committed) == served + "\n").Should().BeTrue(
            "{0} must show in a diff what a change does to clients; "
                + "refresh it with UPDATE_SNAPSHOTS=1 eng/test --filter OpenApiTests", Committed);
    }

    [Fact]
    public async Task Everybody_is_answered_the_same_description_byte_for_byte()
    {
        var first = await server.Api.Http.GetAsync(new Uri("/openapi/v1.json", UriKind.Relative));
        var second = await server.Api.Http.GetAsync(new Uri("/openapi/v1.json", UriKind.Relative));

        (await second.Content.ReadAsByteArrayAsync()).Should().Equal(await first.Content.ReadAsByteArrayAsync());
        second.Content.Headers.ContentType!.ToString().Should().Be(first.Content.Headers.ContentType!.ToString());
        second.Content.Headers.ContentLength.Should().Be(first.Content.Headers.ContentLength).And.BePositive();
    }

    [Fact]
    public async Task The_description_is_valid_OpenAPI_3_1_and_every_reference_leads_somewhere()
    {
        var text = await server.Api.Http.GetStringAsync("/openapi/v1.json");

        var read = OpenApiDocument.Parse(text, "json");

        read.Diagnostic!.Errors.Should().BeEmpty();
        read.Diagnostic.SpecificationVersion.Should().Be(OpenApiSpecVersion.OpenApi3_1);
        var document = JsonNode.Parse(text)!;
        foreach (var reference in All(document)
            .Select(node => node["$ref"])
            .OfType<JsonValue>()
            .Select(value => value.GetValue<string>())
            .Distinct(StringComparer.Ordinal))
        {
            reference
                .Split('/')
                .Skip(1)
                .Aggregate((JsonNode?)document, (node, key) => node?[key])
                .Should()
                .NotBeNull("{0} is referred to", reference);
        }
    }

    [Fact]
    public async Task Each_operation_has_a_name_of_its_own_a_summary_a_tag_and_its_refusals()
    {
        var operations = await OperationsAsync();

        operations
            .Select(operation => operation.Id)
            .Should()
            .OnlyHaveUniqueItems().And
            .AllSatisfy(id => id.Should().MatchRegex("^[a-z][A-Za-z]+$"));
        operations.Should().AllSatisfy(operation =>
        {
            operation.Node["summary"]!.GetValue<string>().Should().NotBeEmpty();
            operation.Node["tags"]!.AsArray().Should().ContainSingle();
            operation.Node["responses"]!
                .AsObject()
                .Select(response => response.Key)
                .Should()
                .Contain(["500", "503"]).And
                .Contain(status => status.StartsWith('2'));
            (operation.Node["parameters"]?.AsArray() ?? [])
                .Where(parameter => parameter!["in"]!.GetValue<string>() != "path" && parameter["description"] is null)
                .Should()
                .BeEmpty();
        });
    }

    [Fact]
    public async Task A_token_or_a_key_is_asked_for_exactly_where_the_route_takes_one()
    {
        foreach (var operation in await OperationsAsync())
        {
            var needsToken = operation.Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null;

            var keys = operation.Endpoint.Metadata.GetMetadata<ApiKeyAccess>();
            string?[] expected = [
                needsToken && operation.Id != "exchangeApiKey" ? """{"bearer":[]}""" : null,
                keys is null ? null : keys.Scope is { } scope ? $$"""{"api_key":["{{scope}}"]}""" : """{"api_key":[]}"""];

            (operation.Node["security"]?.AsArray() ?? [])
                .Select(scheme => scheme!.ToJsonString())
                .Should()
                .Equal(expected.OfType<string>(), "of {0}", operation.Id);
            (operation.Node["responses"]!["401"]?.ToJsonString().Contains("token_expired", StringComparison.Ordinal) == true).Should()
                .Be(needsToken || operation.Id is "logout" or "register" or "signup", "of {0}", operation.Id);
        }
    }

    [Fact]
    public async Task Each_body_has_an_example_that_the_route_takes()
    {
        var json = server.Services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        foreach (var operation in (await OperationsAsync()).Where(operation => operation.Node["requestBody"] is not null))
        {
            var content = operation.Node["requestBody"]!["content"]!.AsObject().Should().ContainSingle().Subject.Value!;
            content["example"].Should().NotBeNull("{0} takes a body", operation.Id);
            var request =
                System.Text.Json.JsonSerializer.Deserialize(
                    content["example"]!.ToJsonString(), operation.Endpoint.Metadata.GetMetadata<IAcceptsMetadata>()!.RequestType!,
                    json);
            var errors = new FieldErrors();
            (request as IValidated)?.Validate(errors);
            errors.Messages.Should().BeEmpty("{0} shows it as an example", operation.Id);
        }
    }

    [Fact]
    public async Task Example_answers_have_exactly_the_members_of_their_schemas()
    {
        var document = await DocumentAsync();
        var contents = All(document["paths"]!)
            .SelectMany(node => node["responses"]?.AsObject() ?? [])
            .SelectMany(answer => answer.Value!["content"]?.AsObject() ?? [])
            .Select(content => content.Value!).Where(content => content["example"] is not null).ToList();
        contents.Should().NotBeEmpty();

        foreach (var content in contents)
        {
            var name = content["schema"]!["$ref"]!.GetValue<string>().Split('/')[^1];
            var schema = document["components"]!["schemas"]![name]!;
            var members = schema["properties"]!.AsObject().Where(IsAlwaysThere).Select(property => property.Key).ToList();
            var shown = content["example"]!.AsObject().Select(member => member.Key).ToList();
            shown.Should().BeSubsetOf(members, "of {0}", name);
            members.Except(shown, StringComparer.Ordinal).Where(member => name != "RegistrationAnswer" || !MayLack(schema, member))
                .Should().BeEmpty("of {0}", name);
        }
    }

    // A registration has tokens with one status and none with the other: what an answer may lack is not in "required".
    private static bool MayLack(JsonNode schema, string member) =>
        schema["required"]?.AsArray().Any(required => required!.GetValue<string>() == member) != true;

    private static bool IsAlwaysThere(KeyValuePair<string, JsonNode?> property) =>
        property.Value!["description"]?.GetValue<string>().StartsWith("In Development alone", StringComparison.Ordinal) != true;

    [Fact]
    public async Task Each_schema_and_property_says_what_it_is()
    {
        foreach (var (name, schema) in (await DocumentAsync())["components"]!["schemas"]!.AsObject())
        {
            schema!["description"].Should().NotBeNull("of {0}", name);
            schema["properties"]!
                .AsObject()
                .Should()
                .OnlyContain(
                    property => property.Value!["description"] != null
                        || property.Value["oneOf"]!.AsArray().Any(part => part!["description"] != null),
                    "of {0}", name);
        }
    }

    [Fact]
    public async Task Requests_are_closed_and_answers_are_open_to_what_comes_later()
    {
        var schemas = (await DocumentAsync())["components"]!["schemas"]!;

        schemas["LoginRequest"]!["additionalProperties"]!.GetValue<bool>().Should().BeFalse();
        schemas["RegisterPhysician"]!["additionalProperties"]!.GetValue<bool>().Should().BeFalse();
        schemas["UserView"]!["additionalProperties"].Should().BeNull();
    }

    [Fact]
    public async Task Every_operation_belongs_to_a_chapter_and_the_first_is_signing_in()
    {
        var document = await DocumentAsync();
        var chapters = document["tags"]!.AsArray().Select(tag => tag!["name"]!.GetValue<string>()).ToList();

        chapters.Should().StartWith("Sign-in");
        (await OperationsAsync()).Select(operation => operation.Node["tags"]![0]!.GetValue<string>()).Distinct(StringComparer.Ordinal)
            .Should().BeEquivalentTo(chapters);
    }

    [Fact]
    public async Task Requests_say_what_they_need_and_no_field_is_null_without_a_meaning()
    {
        var schemas = (await DocumentAsync())["components"]!["schemas"]!;

        schemas["RegisterRequest"]!["required"]!.ToJsonString().Should().Be("""["email","password"]""");
        schemas["LoginRequest"]!["required"]!.ToJsonString().Should().Be("""["password"]""");
        schemas["RegisterRequest"]!["properties"]!["full_name"]!["maxLength"]!.GetValue<int>().Should().Be(200);
        schemas["DisableRequest"]!["properties"]!["until"]!["format"]!.GetValue<string>().Should().Be("date-time");
        schemas["ProblemBody"]!["properties"]!["code"]!["enum"]!.AsArray().Should().HaveCount(ErrorCodes.All.Count);
        var bodies = (await OperationsAsync()).Select(operation => operation.Node["requestBody"]).OfType<JsonNode>()
            .Select(body => body["content"]!.AsObject().Single().Value!["schema"]!["$ref"]!.GetValue<string>().Split('/')[^1]);
        foreach (var name in bodies.Except(["SwitchTenantRequest", "ReplaceProfileRequest"], StringComparer.Ordinal))
        {
            schemas[name]!.ToJsonString().Should().NotContain("\"null\"", "of {0}", name);
        }
    }

    [Fact]
    public async Task Public_routes_say_so_aliases_are_deprecated_and_a_wait_has_a_header()
    {
        var document = await DocumentAsync();
        var operations = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation => operation.Value!));

        operations.Should().OnlyContain(operation => operation["security"] != null);
        operations.Where(operation => operation["deprecated"]?.GetValue<bool>() == true)
            .Select(operation => operation["operationId"]!.GetValue<string>()).Should().BeEquivalentTo(
                "signup", "changePasswordAlias", "requestPasswordResetAlias", "resetPasswordAlias", "health", "apiHealth");
        document["components"]!["responses"]!["rate_limited"]!["headers"]!["Retry-After"].Should().NotBeNull();
    }

    private async Task<JsonNode> DocumentAsync() => JsonNode.Parse(await server.Api.Http.GetStringAsync("/openapi/v1.json"))!;

    private async Task<IReadOnlyList<Operation>> OperationsAsync()
    {
        var endpoints = Routes
            .Of(server)
            .SelectMany(
                endpoint =>
                    Routes.MethodsOf(
                        endpoint).Select(
                            method =>
                                (Key: $"{method} {Constraint().Replace(endpoint.RoutePattern.RawText!, "}").TrimEnd('/')}", endpoint)))
            .ToDictionary(pair => pair.Key, pair => pair.endpoint, StringComparer.Ordinal);
        return
        [
            .. (await DocumentAsync())["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation =>
                new Operation(
                    operation.Value!["operationId"]!.GetValue<string>(), operation.Value,
                    endpoints[$"{operation.Key.ToUpperInvariant()} {path.Key}"]))),
        ];
    }

    private static IEnumerable<JsonObject> All(JsonNode? node) => node switch
    {
        JsonObject found => found.Select(member => member.Value).SelectMany(All).Prepend(found),
        JsonArray items => items.SelectMany(All),
        _ => [],
    };

    // The OpenAPI document names a parameter without its constraint.
    [GeneratedRegex(":[^/]+}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Constraint();

    private sealed record Operation(string Id, JsonNode Node, Microsoft.AspNetCore.Routing.RouteEndpoint Endpoint);
}
