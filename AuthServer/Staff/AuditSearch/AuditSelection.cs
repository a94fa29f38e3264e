using System.ComponentModel;
using System.Globalization;
using System.Text.RegularExpressions;
using AuthServer.AuditTrail;
using AuthServer.Domain;
using AuthServer.Platform.Web;
using Microsoft.AspNetCore.Mvc;

namespace AuthServer.Staff.AuditSearch;

/// <summary>The criteria of a search, as the request states them.</summary>
internal sealed partial record AuditSelection : IValidated
{
    [FromQuery(Name = "user")]
    [Description("Only events that concern the account with this id.")]
    public string? User { get; init; }

    [FromQuery(Name = "actor")]
    [Description("Only events caused by the person or API key with this id.")]
    public string? Actor { get; init; }

    [FromQuery(Name = "type")]
    [Description("Only events of this type, such as `session.started`, or of all types with a prefix, such as `user.*`.")]
    public string? Type { get; init; }

    [FromQuery(Name = "from")]
    [Description("Only events at or after this time (RFC 3339, such as 2026-11-21T08:30:00Z).")]
    public string? From { get; init; }

    [FromQuery(Name = "to")]
    [Description("Only events before this time (RFC 3339).")]
    public string? To { get; init; }

    [FromQuery(Name = "outcome")]
    [Description("Only events with this outcome: success or failure.")]
    public string? Outcome { get; init; }

    [FromQuery(Name = "session")]
    [Description("Only events of the session with this id. Needs `user` or `actor`.")]
    public string? Session { get; init; }

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
            text is null ? null : TooFineDigits().Replace(text, ""), TimeForms,
            CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time) ? time : null;

    // RFC 3339 allows any number of digits; .NET holds seven, and its parser takes no more.
    [GeneratedRegex("(?<=:[0-9]{2}[.][0-9]{7})[0-9]+(?=[-+Z])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TooFineDigits();

    private static IReadOnlyList<string>? TypesOf(string? text) => text is null ? null
        : text.EndsWith(Any, StringComparison.Ordinal)
            ? [.. AuditEvents.All.Where(type => type.StartsWith(text[..^1], StringComparison.Ordinal))]
        : [.. AuditEvents.All.Where(type => type == text)];
}
