using AuthServer.Platform.Configuration;

namespace AuthServer.AuditTrail;

/// <summary>How the audit log is sealed, and how long it is kept.</summary>
public sealed class AuditSettings : ISettings
{
    /// <summary>The shortest retention: the database refuses to remove anything younger.</summary>
    internal static readonly TimeSpan ShortestRetention = TimeSpan.FromDays(365);

    static string ISettings.Section => "Audit";

    /// <summary>How often what has happened since is sealed; until then an event can be changed unnoticed.</summary>
    public TimeSpan SealInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long events are kept; then they go, a sealed batch at a time, and their seal stays.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(2192);

    /// <summary>A file the head is appended to after each seal, best on another machine's disk; without one it is only logged.</summary>
    public string? HeadFile { get; set; }

    IEnumerable<string> ISettings.Validate()
    {
        if (SealInterval < TimeSpan.FromSeconds(1) || SealInterval > TimeSpan.FromHours(1))
        {
            yield return "Audit:SealInterval must be between one second and one hour.";
        }

        if (Retention < ShortestRetention)
        {
            yield return "Audit:Retention must be 365.00:00:00 at least. Ask your lawyers before you go below six years (2192.00:00:00).";
        }

        if (!string.IsNullOrEmpty(HeadFile) && !Path.IsPathFullyQualified(HeadFile))
        {
            yield return "Audit:HeadFile must be a whole path.";
        }
    }
}
