namespace AuthServer.Domain;

/// <summary>
/// A licence to practise. <c>unverified → pending → verified → suspended or expired</c>: without a verified one no
/// token carries the physician role.
/// </summary>
public sealed class Licence
{
    private Licence()
    {
    }

    internal Licence(Guid physicianId, string? jurisdiction, string number, DateTimeOffset now)
    {
        Id = Guid.CreateVersion7(now);
        PhysicianId = physicianId;
        Jurisdiction = jurisdiction;
        Number = number;
        State = LicenceState.Pending;
    }

    /// <summary>By shape: two letters, and after a hyphen up to three more characters.</summary>
    internal static bool IsJurisdiction(string code) =>
        code.Length is 2 or (>= 4 and <= 6) && code.Take(2).All(char.IsAsciiLetterUpper) && (code.Length == 2 || (code[2] == '-' && code.Skip(3).All(char.IsAsciiLetterOrDigit)));

    /// <summary>The licence's own id.</summary>
    public Guid Id { get; private set; }

    /// <summary>Whose it is.</summary>
    public Guid PhysicianId { get; private set; }

    /// <summary>ISO 3166 code of the country or part of it that gave the licence; null until it is known.</summary>
    public string? Jurisdiction { get; internal set; }

    /// <summary>The number on the licence.</summary>
    public string Number { get; internal set; } = "";

    /// <summary>How far it is trusted.</summary>
    public LicenceState State { get; internal set; }

    /// <summary>The last day it is good for; null where it does not end.</summary>
    public DateOnly? ExpiresOn { get; internal set; }

    /// <summary>Why it was rejected or suspended, as the admin told it.</summary>
    public string? Reason { get; internal set; }

    /// <summary>When the physician was last told that it is about to expire.</summary>
    public DateTimeOffset? ExpiryToldAt { get; internal set; }

    /// <summary>The admin who verified it.</summary>
    public Guid? VerifiedBy { get; internal set; }

    /// <summary>When it was verified.</summary>
    public DateTimeOffset? VerifiedAt { get; internal set; }
}

/// <summary>How far a licence is trusted.</summary>
public enum LicenceState
{
    /// <summary>Imported or incomplete; nobody has been asked to look at it.</summary>
    Unverified,

    /// <summary>Waits for an admin.</summary>
    Pending,

    /// <summary>An admin has checked it.</summary>
    Verified,

    /// <summary>Taken back by an admin.</summary>
    Suspended,

    /// <summary>Past its last day.</summary>
    Expired,
}
