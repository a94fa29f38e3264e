using System.Text.Json.Serialization;
using AuthServer.Platform.ApiReference;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Web;
using AuthServer.Staff.Access;
using AuthServer.Staff.Users;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AuthServer.Staff.Statistics;

/// <summary>Numbers of people, counted every minute, for the platform and for each tenant.</summary>
internal static class StatisticsEndpoints
{
    public static void AddStatistics(this WebApplicationBuilder builder)
    {
        builder.Services.AddJson(StatisticsJson.Default);
        builder.Services.AddSingleton<StatisticsQuery>();
        builder.Services.AddSingleton<StatisticsCount>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<StatisticsCount>());
    }

    public static void MapStatistics(this RouteGroupBuilder users)
    {
        var administration = users.MapGroup("").DisableRateLimiting().RequireAuthorization(StaffPolicies.Administration);
        administration
            .MapGet("/stats", Statistics)
            .WithName("userStatistics")
            .OpenToKeys(Scopes.UsersRead)
            .WithSummary("Numbers of people by role, status, tenant and day")
            .WithAnswer(UserExamples.Statistics)
            .Refuses(ErrorCodes.Forbidden);
        administration
            .MapGet("/stats/count", Count)
            .WithName("countUsers")
            .OpenToKeys(Scopes.UsersRead)
            .WithSummary("Numbers of people")
            .WithAnswer("""{"total":1024,"as_of":"2026-11-21T08:30:00.000000Z"}""")
            .Refuses(ErrorCodes.Forbidden);
    }

    private static async Task<Ok<UserStatistics>> Statistics(
        StaffScope scope, StatisticsQuery query, CancellationToken cancellationToken) =>
            TypedResults.Ok(await query.ReadAsync(scope, cancellationToken));

    private static async Task<Ok<UserCount>> Count(StaffScope scope, StatisticsQuery query, CancellationToken cancellationToken) =>
        TypedResults.Ok(await query.CountAsync(scope, cancellationToken));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(UserStatistics))]
[JsonSerializable(typeof(UserCount))]
internal sealed partial class StatisticsJson : JsonSerializerContext;
