using System.Text.Json.Serialization;

namespace AuthServer.Mail.Outbox;

/// <summary>The response to a request for a mail: the same for every address.</summary>
public sealed record MailRequested
{
    internal const string Example = """{"status":"accepted"}""";

    /// <summary>Always <c>accepted</c>: if there is an account, a mail is on its way.</summary>
    public string Status { get; init; } = "accepted";

    /// <summary>In Development alone: the token of the link, so that the flow can be tried without mail.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DevToken { get; init; }

    /// <summary>Without the token, so that no log can show it by accident.</summary>
    public override string ToString() => $"{nameof(MailRequested)} [redacted]";
}
