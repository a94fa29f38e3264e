using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.SignIn;

public sealed class DeviceNameTests(DeviceNameTests.Server server) : IClassFixture<DeviceNameTests.Server>
{
    private const string Family = "\U0001F468\u200D\U0001F469\u200D\U0001F467";

    // The 96 letters leave room for half of the family.
    public static TheoryData<string, string?> Labels => new()
    {
        { "Dana's phone", "Dana's phone" },
        { "\u200fiPhone של דנה", "iPhone של דנה" },
        { "\u202Eiphone\u2066 \uFEFFX", "iphone X" },
        { "phone\r\nX: y", "phone  X: y" },
        { "a\0b\u0007", "ab" },
        { "phone \U0001FAF6\U0001FADF", "phone \U0001FAF6\U0001FADF" },
        { "not assigned yet \U0001FAFF", "not assigned yet \U0001FAFF" },
        { "logo \uF8FF\U000F0000", "logo" },
        { "no character \uFFFF\u0378", "no character" },
        { "می\u200Cخواهم", "می\u200Cخواهم" },
        { new string('x', 101), new string('x', 100) },
        { new string('x', 96) + Family, new string('x', 96) },
        { new string('x', 92) + Family, new string('x', 92) + Family },
        { new string('x', 99) + "e\u0301", new string('x', 99) },
        { new string('x', 99) + " y", new string('x', 99) },
        { new string('\u3000', 101), null },
        { "\u200F\u200D", null },
        { "", null },
    };

    [Theory]
    [MemberData(nameof(Labels))]
    public async Task What_a_device_calls_itself_is_cleaned_and_never_a_reason_to_refuse(string given, string? shown)
    {
        var person = await server.Api.RegisterAsync(more: new { device_name = given });
        await server.Api.LoginAsync(person.Email, deviceName: given);
        var guest = await SignedIn.ReadAsync(await server.Api.PostAsync("auth/anonymous", new { device_name = given }));

        (await DevicesAsync(person)).Should().Equal(shown, shown);
        (await DevicesAsync(guest)).Should().Equal(shown);
    }

    private async Task<IEnumerable<string?>> DevicesAsync(SignedIn person) =>
        (await (await server.Api.GetAsync("auth/sessions", person.AccessToken)).ShouldBeAsync(200))["items"]!
            .AsArray()
            .Select(session => session!["device_name"]?.GetValue<string>());

    public sealed class Server : TestServer
    {
        public Server() => Settings["Registration:AllowAnonymous"] = "true";
    }
}
