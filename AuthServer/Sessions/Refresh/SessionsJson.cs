using System.Text.Json.Serialization;
using AuthServer.Platform.Web;

namespace AuthServer.Sessions.Refresh;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TokenResponse))]
[JsonSerializable(typeof(Page<SessionView>))]
[JsonSerializable(typeof(VerifyResponse))]
[JsonSerializable(typeof(RefreshRequest))]
[JsonSerializable(typeof(SwitchTenantRequest))]
[JsonSerializable(typeof(LogoutRequest))]
[JsonSerializable(typeof(LogoutAllRequest))]
internal sealed partial class SessionsJson : JsonSerializerContext;
