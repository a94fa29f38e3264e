using System.Reflection;
using System.Text.Json;
using AuthServer.Accounts.SignIn;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace AuthServer.Tests.Platform.Web;

public sealed class SecretTypeTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly string[] Telling = ["password", "token", "code", "secret"];

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
}
