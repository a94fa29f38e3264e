using AuthServer.Accounts.Credentials;
using AuthServer.Platform.Web;

namespace AuthServer.Compliance.DataRights;

/// <summary>Requests the erasure of the account.</summary>
/// <param name="Password">The account's password; not needed for an account without one.</param>
public sealed record EraseRequest(Secret? Password = null) : IValidated
{
    void IValidated.Validate(FieldErrors errors)
    {
        if (Password is not null)
        {
            PasswordPolicy.CheckTyped(errors, "password", Password.Reveal());
        }
    }
}

/// <summary>What happens to the account.</summary>
/// <param name="ErasureDueAt">When it is erased; signing in before then cancels the erasure.</param>
/// <param name="Kept">Data that is kept nevertheless.</param>
public sealed record ErasureAnswer(DateTimeOffset ErasureDueAt, IReadOnlyList<KeptData> Kept);

/// <summary>Data that is kept after the erasure of an account.</summary>
/// <param name="What">The data.</param>
/// <param name="Why">The reason for keeping it.</param>
/// <param name="Until">Until when; null if the operator decides.</param>
public sealed record KeptData(string What, string Why, DateTimeOffset? Until);
