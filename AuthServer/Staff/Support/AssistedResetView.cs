using AuthServer.Domain;

namespace AuthServer.Staff.Support;

/// <summary>What became of asking for a link on somebody's behalf.</summary>
/// <param name="Status"><c>sent</c>: the mail is on its way to the person. <c>awaiting_approval</c>: a second person has to agree
/// first.</param>
/// <param name="Id">Under <c>/password-resets</c>, where it awaits approval.</param>
/// <param name="ExpiresAt">Until when somebody may agree.</param>
public sealed record ResetAnswer(string Status, Guid? Id, DateTimeOffset? ExpiresAt)
{
    internal static readonly ResetAnswer Sent = new("sent", null, null);

    internal static ResetAnswer Awaiting(Guid id, DateTimeOffset expiresAt) => new("awaiting_approval", id, expiresAt);
}

/// <summary>A reset that support asked for and a second person decides.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Person">Whose password it is about.</param>
/// <param name="AskedBy">Who asked; they cannot decide.</param>
/// <param name="Reason">Why, as the asker told it.</param>
/// <param name="State"><c>pending</c>, <c>approved</c>, <c>declined</c> or <c>expired</c>.</param>
/// <param name="Tenant">The tenant whose staff asked; null for the platform's.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="ExpiresAt">Until when somebody may decide.</param>
/// <param name="DecidedBy">Who decided.</param>
/// <param name="DecidedAt">When it was decided.</param>
public sealed record AssistedResetView(
    Guid Id, ConcernedPerson Person, StaffName AskedBy, string Reason, string State, Guid? Tenant,
    DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, StaffName? DecidedBy, DateTimeOffset? DecidedAt);

/// <summary>Whose password a reset is about.</summary>
/// <param name="Id">The person's id.</param>
/// <param name="Email">The address; masked for support.</param>
/// <param name="FullName">The name shown to other people.</param>
public sealed record ConcernedPerson(Guid Id, string Email, string? FullName)
{
    internal static ConcernedPerson Of(Guid id, string email, string? fullName, bool isMasked) =>
        new(id, isMasked ? EmailAddress.Mask(email) : email, fullName);
}

/// <summary>A member of staff.</summary>
/// <param name="Id">Their id.</param>
/// <param name="FullName">Their name; null where there is none, or where they do not belong to the tenant.</param>
public sealed record StaffName(Guid Id, string? FullName);
