using AuthServer.Platform.Configuration;

namespace AuthServer.AuditTrail;

/// <summary>How the audit log is sealed, and how long it is kept.</summary>
public sealed class AuditSettings : ISettings
{
    /// <summary>The database refuses to remove anything younger.</summary>
    internal static readonly TimeSpan ShortestRetention = TimeSpan.FromDays(365);

    static string ISettings.Section => "Audit";

    /// <summary>Time between seals. Until an event is sealed it can be changed unnoticed.</summary>
    public TimeSpan SealInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long events are kept. They are removed in sealed batches; the seals stay.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(2192);

    /// <summary>
    /// A file to append the head to after each seal, preferably on another machine's disk. Without one the head is only logged.
    /// </summary>
    public string? HeadFile { get; set; }

    IEnumerable<string> ISettings.Validate()
    {
        if (SealInterval < TimeSpan.FromSeconds(1) || SealInterval > TimeSpan.FromHours(1))
        {
            yield return "Audit:SealInterval must be between one second and one hour.";
        }

        if (Retention < ShortestRetention)
        {
            yield return "Audit:Retention must be at least 365.00:00:00. Ask your lawyers before you go below six years (2192.00:00:00).";
        }

        if (!string.IsNullOrEmpty(HeadFile) && !Path.IsPathFullyQualified(HeadFile))
        {
            yield return "Audit:HeadFile must be an absolute path.";
        }
    }
}
