using System.Text.Json;
using AuthServer.Staff.Physicians;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace AuthServer.Tests.Platform.Web;

public sealed class OptionalTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public void A_field_that_is_null_is_told_from_one_that_was_left_out()
    {
        var patch = Read("""{"specialty":null,"vacation_until":"2026-11-30","accepting_patients":false}""");

        (patch.Specialty.IsGiven, patch.Specialty.Value).Should().Be((true, null));
        (patch.VacationUntil.IsGiven, patch.VacationUntil.Value).Should().Be((true, new DateOnly(2026, 11, 30)));
        (patch.AcceptingPatients.IsGiven, patch.AcceptingPatients.Value).Should().Be((true, false));
        (patch.PrivatePool.IsGiven, patch.LanguagePreference.IsGiven).Should().Be((false, false));
        patch.Specialty.Or("kept").Should().BeNull();
        patch.LanguagePreference.Or("kept").Should().Be("kept");
    }

    [Theory]
    [InlineData("""{"accepting_patients":"yes"}""", "$.accepting_patients")]
    [InlineData("""{"specialty":7}""", "$.specialty")]
    [InlineData("""{"vacation_until":"soon"}""", "$.vacation_until")]
    public void A_field_of_the_wrong_type_is_named_as_any_other(string json, string path)
    {
        var reading = () => Read(json);

        reading.Should().Throw<JsonException>().Where(exception => exception.Path == path && exception.InnerException != null);
    }

    private PhysicianPatch Read(string json) =>
        JsonSerializer.Deserialize<PhysicianPatch>(
            json, server.Services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions)!;
}
