using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using AuthServer.Accounts.Identity;
using AuthServer.Accounts.SignIn;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Refresh;
using AuthServer.Staff.ApiKeys;
using AuthServer.Tests.Infrastructure;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace AuthServer.Tests.Platform.Web;

public sealed class SecretTypeTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Marker = "plum tree waltz";

    private static readonly string[] Telling = ["password", "token", "code", "secret"];
    private static readonly string[] Carried = ["Password", "Token", "Secret", "Key"];

    [Fact]
    [Trait("ASVS", "16.2.5")]
    public void Each_password_and_token_that_a_request_carries_is_of_a_type_that_does_not_tell_it()
    {
        var secrets = Routes.Of(server)
            .Select(endpoint => endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType).OfType<Type>().Distinct()
            .SelectMany(request => request.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            .Where(property => Telling.Any(word => property.Name.Contains(word, StringComparison.OrdinalIgnoreCase))).ToList();

        secrets.Should().HaveCountGreaterThan(10).And.OnlyContain(property => property.PropertyType == typeof(Secret));
    }

    [Fact]
    public void A_request_that_is_printed_or_written_does_not_show_the_password_it_carries()
    {
        var json = server.Services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;

        var request = JsonSerializer.Deserialize<LoginRequest>("""{"email":"dana@example.com","password":"plum tree waltz"}""", json)!;

        request.Password!.Reveal().Should().Be("plum tree waltz");
        request.ToString().Should().Contain("[redacted]").And.NotContain("plum");
        JsonSerializer.Serialize(request, json).Should().Contain("[redacted]").And.NotContain("plum");
    }

    // They have to be plain text in the response itself.
    [Fact]
    [Trait("ASVS", "16.2.5")]
    public void A_response_that_is_printed_does_not_show_the_token_or_key_it_carries()
    {
        var carriers = Routes.Of(server)
            .SelectMany(endpoint => endpoint.Metadata.GetOrderedMetadata<IProducesResponseTypeMetadata>())
            .Select(response => response.Type).OfType<Type>().Distinct().Where(type => SecretsOf(type).Any()).ToList();

        carriers.Should().Contain([typeof(TokenResponse), typeof(SignedInResponse), typeof(MadeApiKey), typeof(MailRequested)]);
        carriers.Where(type => Filled(type).ToString()!.Contains(Marker, StringComparison.Ordinal)).Should().BeEmpty();
    }

    private static object Filled(Type type)
    {
        var response = RuntimeHelpers.GetUninitializedObject(type);
        foreach (var field in SecretsOf(type))
        {
            field.SetValue(response, Marker);
        }

        return response;
    }

    private static IEnumerable<FieldInfo> SecretsOf(Type? type) => type is null ? [] : SecretsOf(type.BaseType)
        .Concat(type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            .Where(field => field.FieldType == typeof(string)
                && Carried.Any(word => field.Name.EndsWith($"{word}>k__BackingField", StringComparison.Ordinal))));
}
