namespace AuthServer.Domain;

/// <summary>
/// Failed sign-ins under one name from one network, or from anywhere. The name is kept as a keyed hash, whether or
/// not such an account exists, so that neither the table nor a lock tells who has an account.
/// </summary>
public sealed class SignInLockout
{
    /// <summary>The <see cref="Network"/> of the row that counts failures from everywhere.</summary>
    internal const string Anywhere = "*";

    private SignInLockout()
    {
    }

    /// <summary>Keyed hash of the normalised name.</summary>
    public byte[] Identifier { get; private set; } = [];

    /// <summary>IPv4 address, IPv6 /64, or <c>*</c> for everywhere.</summary>
    public string Network { get; private set; } = "";

    /// <summary>Failures since <see cref="WindowStartedAt"/>.</summary>
    public int Failures { get; private set; }

    /// <summary>When the first of them was.</summary>
    public DateTimeOffset WindowStartedAt { get; private set; }

    /// <summary>Until when nobody may try; null while the row is not locked.</summary>
    public DateTimeOffset? LockedUntil { get; private set; }

    /// <summary>How many locks came before, which decides how long the next is.</summary>
    public int Locks { get; private set; }
}
