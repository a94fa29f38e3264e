using System.Text.Json.Serialization;
using AuthServer.Platform.Web;

namespace AuthServer.Staff.Support;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OpeningRequest))]
[JsonSerializable(typeof(HelpRequest))]
[JsonSerializable(typeof(DisclosedUser))]
[JsonSerializable(typeof(ResetAnswer))]
[JsonSerializable(typeof(AssistedResetView))]
[JsonSerializable(typeof(Page<AssistedResetView>))]
internal sealed partial class SupportJson : JsonSerializerContext;
