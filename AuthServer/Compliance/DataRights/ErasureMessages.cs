using AuthServer.Accounts.Credentials;
using AuthServer.Platform.Web;

namespace AuthServer.Compliance.DataRights;

/// <summary>Has the account erased.</summary>
/// <param name="Password">The account's password; an account without one needs none.</param>
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

/// <summary>What will become of the account.</summary>
/// <param name="ErasureDueAt">When it is erased; signing in before then keeps it.</param>
/// <param name="Kept">What is kept nevertheless.</param>
public sealed record ErasureAnswer(DateTimeOffset ErasureDueAt, IReadOnlyList<KeptData> Kept);

/// <summary>Something that is kept when an account has been erased.</summary>
/// <param name="What">What it is.</param>
/// <param name="Why">Why it is kept.</param>
/// <param name="Until">Until when; null where the operator decides.</param>
public sealed record KeptData(string What, string Why, DateTimeOffset? Until);
