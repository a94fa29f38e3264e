using AuthServer.Domain;
using AuthServer.Http;

namespace AuthServer.Credentials;

/// <summary>A password somebody is to have: held against the policy, then hashed.</summary>
internal sealed class NewPassword(PasswordPolicy policy, PasswordHashing hashing)
{
    /// <summary>The hash, or null where the policy has found fault.</summary>
    public async Task<string?> HashAsync(FieldErrors errors, string field, string? password, User user, CancellationToken cancellationToken)
    {
        await policy.CheckAsync(errors, field, password, [user.NormalizedEmail, user.UserName ?? user.PendingUserName, user.FullName], cancellationToken);
        return errors.Any ? null : await hashing.HashAsync(password!, cancellationToken);
    }
}
