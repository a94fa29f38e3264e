using Microsoft.AspNetCore.Identity;

namespace AuthServer.Accounts.Identity;

internal static class IdentityMessages
{
    /// <summary>What Identity has found fault with, under the name of the field.</summary>
    public static IReadOnlyDictionary<string, string[]> Messages(this IdentityResult result, string field) =>
        new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [.. result.Errors.Select(error => error.Description)] };
}
