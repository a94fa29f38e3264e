using System.Text.Json;
using System.Text.Json.Serialization;
using AuthServer.Domain;
using AuthServer.Platform.Web;

namespace AuthServer.AuditTrail;

/// <summary>
/// The end of the chain of seals at some moment (the "head"). A copy kept out of reach of whoever controls the database later
/// proves that nothing before it was changed or cut off.
/// </summary>
/// <param name="Seal">The seal's number.</param>
/// <param name="LastEventId">The last event in the seal.</param>
/// <param name="Hash">The seal's hash, in hexadecimal digits.</param>
/// <param name="KeyId">The key that signed the hash.</param>
/// <param name="Signature">ECDSA (P-256, SHA-256) over the hash's 32 bytes, in DER and base64.</param>
/// <param name="SealedAt">When the seal was made.</param>
public sealed record AuditCheckpoint(long Seal, long LastEventId, string Hash, string KeyId, string Signature, DateTimeOffset SealedAt)
{
    internal static AuditCheckpoint Of(AuditSeal seal) =>
        new(
            seal.Id, seal.LastEventId, Convert.ToHexStringLower(seal.Hash), seal.KeyId, Convert.ToBase64String(seal.Signature),
            seal.SealedAt);

    internal string ToJson() => JsonSerializer.Serialize(this, AuditJson.Plain.AuditCheckpoint);

    /// <summary>
    /// Parses a line of a file of heads, or an answer of <c>audit head --json</c>, which contains one; null if it is neither.
    /// </summary>
    internal static AuditCheckpoint? Parse(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var whole = document.RootElement;
            return (whole.ValueKind == JsonValueKind.Object && whole.TryGetProperty("head", out var head) ? head : whole).Deserialize(
                AuditJson.Plain.AuditCheckpoint);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AuditCheckpoint))]
internal sealed partial class AuditJson : JsonSerializerContext
{
    /// <summary>Leaves base64 unescaped for people who read a head with other tools.</summary>
    public static AuditJson Plain { get; } = new(new JsonSerializerOptions(JsonRegistration.ByHand())
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    });
}
