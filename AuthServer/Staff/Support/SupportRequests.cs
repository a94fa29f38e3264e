using AuthServer.Platform.Web;

namespace AuthServer.Staff.Support;

/// <summary>A request that requires a reason.</summary>
/// <param name="Reason">Why: 3 to 500 characters, recorded in the audit log.</param>
public sealed record OpeningRequest(string? Reason = null) : IValidated
{
    void IValidated.Validate(FieldErrors errors) => Reasons.Check(errors, Reason, required: true);
}

/// <summary>A request to help somebody, or to decide about that.</summary>
/// <param name="Reason">Why: 3 to 500 characters, recorded in the audit log.</param>
public sealed record HelpRequest(string? Reason = null) : IValidated
{
    internal string? Provided => Reasons.Provided(Reason);

    void IValidated.Validate(FieldErrors errors) => Reasons.Check(errors, Reason, required: false);
}

/// <summary>Validates the reasons staff state.</summary>
internal static class Reasons
{
    private const int MinLength = 3;
    private const int MaxLength = 500;

    public static void Check(FieldErrors errors, string? reason, bool required)
    {
        errors.Rule("reason", new() { MinLength = MinLength, MaxLength = MaxLength });
        errors.Text("reason", reason, MaxLength, required);
        if (Provided(reason) is { Length: < MinLength })
        {
            errors.Add("reason", "At least 3 characters.");
        }
    }

    /// <summary>Null if it is blank.</summary>
    public static string? Provided(string? reason) => string.IsNullOrWhiteSpace(reason) ? null : reason.Trim();
}
