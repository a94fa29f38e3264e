using AuthServer.Domain;
using AuthServer.Platform.Web;

namespace AuthServer.Staff.Support;

/// <summary>The answer to a request for a link on somebody's behalf.</summary>
/// <param name="Status"><c>sent</c>: the mail is on its way. <c>awaiting_approval</c>: a second person has to approve it first.</param>
/// <param name="Id">The id under <c>/password-resets</c>, if it awaits approval.</param>
/// <param name="ExpiresAt">The deadline for the approval.</param>
public sealed record ResetAnswer(string Status, Guid? Id, DateTimeOffset? ExpiresAt)
{
    internal static readonly ResetAnswer Sent = new("sent", null, null);

    internal static ResetAnswer Awaiting(Guid id, DateTimeOffset expiresAt) => new("awaiting_approval", id, expiresAt);
}

/// <summary>A reset that support requested and a second person decides on.</summary>
/// <param name="Id">The request's id.</param>
/// <param name="Person">Whose password is to be reset.</param>
/// <param name="AskedBy">Who requested it; they cannot decide.</param>
/// <param name="Reason">The requester's explanation.</param>
/// <param name="State"><c>pending</c>, <c>approved</c>, <c>declined</c> or <c>expired</c>.</param>
/// <param name="Tenant">The tenant whose staff requested it; null for platform staff.</param>
/// <param name="CreatedAt">When it was requested.</param>
/// <param name="ExpiresAt">The deadline for a decision.</param>
/// <param name="DecidedBy">Who decided.</param>
/// <param name="DecidedAt">When it was decided.</param>
public sealed record AssistedResetView(
    Guid Id, ConcernedPerson Person, StaffName AskedBy, string Reason,
    [property: OneOf(typeof(AssistedResetState))] string State, Guid? Tenant,
    DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, StaffName? DecidedBy, DateTimeOffset? DecidedAt);

/// <summary>The person a reset is for.</summary>
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
/// <param name="FullName">Their name; null if they have none, or do not belong to the tenant.</param>
public sealed record StaffName(Guid Id, string? FullName);
