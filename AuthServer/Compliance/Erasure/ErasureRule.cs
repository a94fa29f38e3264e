using AuthServer.Platform.Web;

namespace AuthServer.Compliance.Erasure;

/// <summary>Selects accounts that are due for erasure.</summary>
/// <param name="Reason">One word, for the audit log.</param>
/// <param name="Condition">SQL over <c>users u</c>; accounts whose time is after <c>@before</c> are kept. Needs an index.</param>
/// <param name="RetentionPeriod">How long matching accounts are kept.</param>
internal sealed record ErasureRule(string Reason, string Condition, TimeSpan RetentionPeriod)
{
    /// <summary>The origin of acts of the server itself.</summary>
    internal static readonly RequestOrigin Server = new(null, null, "server");
}
