using System.Text.Json.Serialization;

namespace AuthServer.Support;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OpeningRequest))]
[JsonSerializable(typeof(HelpRequest))]
[JsonSerializable(typeof(OpenedPerson))]
internal sealed partial class SupportJson : JsonSerializerContext;
