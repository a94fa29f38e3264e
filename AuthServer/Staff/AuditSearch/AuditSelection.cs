using System.ComponentModel;
using System.Globalization;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Mvc;

namespace AuthServer.Staff.AuditSearch;

/// <summary>The criteria of a search, as the request states them.</summary>
internal sealed record AuditSelection(
    [property: FromQuery(Name = "user"), Description("The account it happened to, by its id.")] string? User = null,
    [property: FromQuery(Name = "actor"), Description("Who did it, by the id of the person or the API key.")] string? Actor = null,
    [property: FromQuery(Name = "type"), Description("What happened: a name such as `session.started`, or how names begin, "
        + "as in `user.*`.")] string? Type = null,
    [property: FromQuery(Name = "from"), Description("Not before this time (RFC 3339, such as 2026-11-21T08:30:00Z).")] string? From = null,
    [property: FromQuery(Name = "to"), Description("Before this time (RFC 3339).")] string? To = null,
    [property: FromQuery(Name = "outcome"), Description("success or failure.")] string? Outcome = null,
    [property: FromQuery(Name = "session"), Description("The session it happened in; goes with `user` or `actor`.")] string? Session = null)
        : IValidated
{
    private const string Any = ".*";

    // RFC 3339 section 5.6. An offset is required, because without one the time would be ambiguous.
    private static readonly string[] TimeForms = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    private static readonly string[] Outcomes = ["success", "failure"];

    void IValidated.Validate(FieldErrors errors)
    {
        CheckId(errors, "user", User);
        CheckId(errors, "actor", Actor);
        CheckId(errors, "session", Session);
        CheckTime(errors, "from", From);
        CheckTime(errors, "to", To);
        if (TimeOf(From) > TimeOf(To))
        {
            errors.Add("from", "Not after `to`.");
        }

        if (Outcome is not null && !Outcomes.Contains(Outcome, StringComparer.Ordinal))
        {
            errors.Add("outcome", "One of success, failure.");
        }

        if (TypesOf(Type) is { Count: 0 })
        {
            errors.Add("type", "There is no such type of event.");
        }

        // No index leads from a session to its events; the few events of a person can be scanned.
        if (Session is not null && User is null && Actor is null)
        {
            errors.Add("session", "Give `user` or `actor` as well.");
        }
    }

    /// <summary>Parses the criteria, which must have been validated.</summary>
    public AuditFilter Read() =>
        new(
            IdOf(User), IdOf(Actor), TypesOf(Type), TimeOf(From), TimeOf(To),
            Outcome is null ? null : Outcome == "success" ? AuditOutcome.Success : AuditOutcome.Failure, IdOf(Session));

    /// <summary>For the audit event about an export. Contains no ids, because they could not be erased from it later.</summary>
    public override string ToString() => string.Join(' ', new[]
    {
        User is null ? null : "user", Actor is null ? null : "actor", Session is null ? null : "session",
        Part("type", Type), Part("from", From), Part("to", To), Part("outcome", Outcome),
    }.OfType<string>());

    /// <summary>Only applies to times in a URL.</summary>
    internal const string UrlAdvice = "; write + as %2B";

    private static string? Part(string name, string? value) => value is null ? null : $"{name}={value}";

    private static void CheckId(FieldErrors errors, string field, string? text)
    {
        if (text is not null && IdOf(text) is null)
        {
            errors.Add(field, "A UUID is needed.");
        }
    }

    private static void CheckTime(FieldErrors errors, string field, string? text)
    {
        if (text is not null && TimeOf(text) is null)
        {
            errors.Add(field, $"A time such as 2026-11-21T08:30:00Z is needed (RFC 3339{UrlAdvice}).");
        }
    }

    private static Guid? IdOf(string? text) => Guid.TryParseExact(text, "D", out var id) ? id : null;

    private static DateTimeOffset? TimeOf(string? text) =>
        DateTimeOffset.TryParseExact(
            text, TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time) ? time : null;

    private static IReadOnlyList<string>? TypesOf(string? text) => text is null ? null
        : text.EndsWith(Any, StringComparison.Ordinal)
            ? [.. AuditEvents.All.Where(type => type.StartsWith(text[..^1], StringComparison.Ordinal))]
        : [.. AuditEvents.All.Where(type => type == text)];
}
