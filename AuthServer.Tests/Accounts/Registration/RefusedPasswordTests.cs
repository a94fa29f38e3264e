using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.Registration;

public sealed class RefusedPasswordTests(RefusedPasswordTests.Server server) : IClassFixture<RefusedPasswordTests.Server>
{
    // The end of the SHA-1 of "correct horse battery".
    private const string Suffix = "C62ECE399A22ED30D490EF333BE7FDE7385";

    [Theory]
    [Trait("ASVS", "6.2.4")]
    [InlineData("qwertyuiop12")]
    [InlineData("P@55w0rd1234")]
    [InlineData("iloveyouiloveyou")]
    public async Task A_common_password_is_refused_and_no_account_is_made(string password) =>
        await ShouldBeRefusedAsync(password, "Too common: it is on the lists that attackers try first.");

    [Fact]
    [Trait("ASVS", "6.2.12")]
    public async Task A_password_from_a_breach_is_refused_and_no_account_is_made()
    {
        server.Breaches.Answer = BreachService.RowsAsync($"{Suffix}:3");

        await ShouldBeRefusedAsync(Api.Password, "Seen in a data breach.");
    }

    [Fact]
    public async Task A_password_that_is_only_padding_is_taken()
    {
        server.Breaches.Answer = BreachService.RowsAsync($"{Suffix}:0");

        await server.Api.RegisterAsync();
    }

    [Fact]
    [Trait("ASVS", "6.2.12")]
    public async Task A_breach_service_that_hangs_keeps_nobody_waiting_for_good_and_the_built_in_list_decides()
    {
        server.Breaches.Answer = BreachService.HangAsync;

        await server.Api.RegisterAsync().WaitAsync(TimeSpan.FromSeconds(30));
        await ShouldBeRefusedAsync("qwertyuiop12", "Too common: it is on the lists that attackers try first.");
    }

    [Fact]
    public async Task What_is_refused_without_it_is_not_told_to_the_breach_service()
    {
        var before = server.Breaches.Asked.Count;

        await ShouldBeRefusedAsync("short", "At least 12 characters. A few words are easier to remember than a few symbols.");
        await ShouldBeRefusedAsync("qwertyuiop12", "Too common: it is on the lists that attackers try first.");

        server.Breaches.Asked.Count.Should().Be(before);
    }

    [Fact]
    [Trait("ASVS", "6.2.11")]
    public async Task The_clinic_is_no_password_of_its_patients()
    {
        var problem =
            await (await server.Api.PostAsync(
                "auth/register", new { email = Api.NewEmail(), tenant = "northern-lights", password = "Northern-Lights1" }))
            .ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem["errors"]!["password"]![0]!.GetValue<string>().Should().StartWith("Too easy to guess");
    }

    [Theory]
    [InlineData("q1w2e3r4t5y6", "Too common: it is on the lists that attackers try first.")]
    [InlineData("Dana-Levi-Cohen", "Too easy to guess: it is made of your own address or name, or of the product's name.")]
    [InlineData("short", "At least 12 characters. A few words are easier to remember than a few symbols.")]
    public async Task Everything_that_is_wrong_is_told_at_once_the_password_too_and_the_breach_service_is_not_asked(
        string password, string message)
    {
        var before = server.Breaches.Asked.Count;
        var link = "https://evil.example.com/";
        object body = new { email = "no address", password, username = "dana-levi-cohen", locale = "?", link };

        var problem = await (await server.Api.PostAsync("auth/register", body)).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem.InvalidFields().Should().BeEquivalentTo("email", "password", "locale", "link");
        problem["errors"]!["password"]![0]!.GetValue<string>().Should().Be(message);
        server.Breaches.Asked.Count.Should().Be(before);
    }

    [Theory]
    [InlineData("auth/password/change", "current_password")]
    [InlineData("auth/password/reset/confirm", "token")]
    [InlineData("auth/email/verification/confirm", "token")]
    public async Task A_new_password_that_is_refused_is_told_with_what_is_missing(string route, string missing)
    {
        var person = await server.Api.RegisterAsync();

        var answer = await server.Api.PostAsync(route, new { new_password = "q1w2e3r4t5y6" }, person.AccessToken);

        (await answer.ShouldBeProblemAsync(ErrorCodes.ValidationFailed)).InvalidFields().Should().BeEquivalentTo(missing, "new_password");
    }

    private async Task ShouldBeRefusedAsync(string password, string message)
    {
        var email = Api.NewEmail();

        var problem =
            await (await server.Api.PostAsync("auth/register", new { email, password })).ShouldBeProblemAsync(ErrorCodes.ValidationFailed);

        problem["errors"]!.ToJsonString().Should().Contain($"\"password\":[\"{message}\"]");
        (await server.Database.QueryAsync<long>("SELECT count(*) FROM users WHERE email = @email", ("email", email))).Should().Be(0);
    }

    public sealed class Server : TestServer
    {
        public BreachService Breaches { get; } = new();

        public override async Task InitializeAsync()
        {
            await Breaches.StartAsync();
            Settings["Password:BreachCheckUrl"] = Breaches.Url;
            await base.InitializeAsync();
        }

        public override async Task DisposeAsync()
        {
            await base.DisposeAsync();
            await Breaches.DisposeAsync();
        }
    }
}
