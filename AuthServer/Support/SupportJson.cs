using System.Text.Json.Serialization;
using AuthServer.Http;

namespace AuthServer.Support;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OpeningRequest))]
[JsonSerializable(typeof(HelpRequest))]
[JsonSerializable(typeof(OpenedPerson))]
[JsonSerializable(typeof(ResetAnswer))]
[JsonSerializable(typeof(AssistedResetView))]
[JsonSerializable(typeof(Page<AssistedResetView>))]
internal sealed partial class SupportJson : JsonSerializerContext;
