namespace AuthServer.Domain;

/// <summary>
/// Failed sign-ins under one name, from one network or from anywhere. The name is stored as a keyed hash whether or not the account
/// exists, so that neither the table nor a lock reveals who has an account.
/// </summary>
public sealed class SignInLockout
{
    internal const string Anywhere = "*";

    private SignInLockout()
    {
    }

    /// <summary>Keyed hash of the normalised name.</summary>
    public byte[] Identifier { get; private set; } = [];

    /// <summary>IPv4 address, IPv6 /64, or <c>*</c> for the row that counts failures from everywhere.</summary>
    public string Network { get; private set; } = "";

    /// <summary>Failures since <see cref="WindowStartedAt"/>.</summary>
    public int Failures { get; private set; }

    /// <summary>The time of the first failure counted.</summary>
    public DateTimeOffset WindowStartedAt { get; private set; }

    /// <summary>Until when sign-ins are refused; null if not locked.</summary>
    public DateTimeOffset? LockedUntil { get; private set; }

    /// <summary>Number of previous locks, which determines the length of the next.</summary>
    public int Locks { get; private set; }

    /// <summary>Failures since the last correct password, however long they lie apart.</summary>
    public int FailuresInARow { get; private set; }
}
