using AuthServer.Platform.Web;

namespace AuthServer.Compliance.Erasure;

/// <summary>Accounts whose time has come.</summary>
/// <param name="Reason">Why, in one word, for the audit log.</param>
/// <param name="Condition">Which they are, in SQL over <c>users u</c>; <c>@before</c> is the moment after which they are kept. Needs an
/// index.</param>
/// <param name="RetentionPeriod">How long they are kept after that.</param>
internal sealed record ErasureRule(string Reason, string Condition, TimeSpan RetentionPeriod)
{
    /// <summary>The server itself, at work for nobody in particular.</summary>
    internal static readonly RequestOrigin Server = new(null, null, "server");
}
