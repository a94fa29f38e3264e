using Microsoft.AspNetCore.Identity;

namespace AuthServer.Accounts.Identity;

internal static class IdentityMessages
{
    /// <summary>Whether the token had expired or been used meanwhile.</summary>
    public static bool IsOfToken(this IdentityResult result) =>
        result.Errors.Any(error => error.Code == nameof(IdentityErrorDescriber.InvalidToken));

    /// <summary>Identity's errors as messages for a field.</summary>
    public static IReadOnlyDictionary<string, string[]> Messages(this IdentityResult result, string field) =>
        new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [.. result.Errors.Select(error => error.Description)] };
}
