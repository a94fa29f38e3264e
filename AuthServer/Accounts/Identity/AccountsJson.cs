using System.Text.Json.Serialization;

namespace AuthServer.Accounts.Identity;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SignedInResponse))]
[JsonSerializable(typeof(UserView))]
[JsonSerializable(typeof(List<MembershipView>))]
[JsonSerializable(typeof(List<LicenceView>))]
internal sealed partial class AccountsJson : JsonSerializerContext;
