using System.Text.Json.Serialization;

namespace AuthServer.Support;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OpeningRequest))]
[JsonSerializable(typeof(HelpRequest))]
[JsonSerializable(typeof(OpenedPerson))]
[JsonSerializable(typeof(ResetAnswer))]
[JsonSerializable(typeof(AssistedResetView))]
[JsonSerializable(typeof(AssistedResetPage))]
internal sealed partial class SupportJson : JsonSerializerContext;
