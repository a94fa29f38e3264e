using System.Text.Json.Serialization;
using AuthServer.Accounts.Identity;
using AuthServer.Mail.Outbox;
using AuthServer.Sessions.SigningKeys;

namespace AuthServer.Cli;

/// <summary>Serialization of answers that only the command line gives.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CommandError))]
[JsonSerializable(typeof(CountAnswer))]
[JsonSerializable(typeof(AdminAnswer))]
[JsonSerializable(typeof(AuditCheckAnswer))]
[JsonSerializable(typeof(AuditHeadAnswer))]
[JsonSerializable(typeof(DeadLetter))]
[JsonSerializable(typeof(ImportRowAnswer))]
[JsonSerializable(typeof(ImportSummaryAnswer))]
[JsonSerializable(typeof(KeyAnswer))]
[JsonSerializable(typeof(SigningKeyView))]
[JsonSerializable(typeof(ResetRequirement))]
internal sealed partial class CliJson : JsonSerializerContext;

/// <summary>The number of items changed.</summary>
internal sealed record CountAnswer(long Count);
