using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Accounts.Credentials;

public sealed class PasswordPolicyTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [Trait("ASVS", "6.2.5")]
    [InlineData("plumtreewaltz")]
    [InlineData("83920174650192837465")]
    [InlineData("     a few     ")]
    [InlineData("               ")]
    [InlineData("\U0001F34E\U0001F34E\U0001F34E\U0001F34E\U0001F34E\U0001F34E\U0001F34E\U0001F34E\U0001F34E\U0001F34E\U0001F34E\U0001F34E")]
    [InlineData("\u05E9\u05DC\u05D5\u05DD \u05DB\u05D9\u05EA\u05D4 \u05D0\u05DC\u05E3")]
    [InlineData("\u043A\u043E\u0440\u043E\u0432\u0430\u0438\u043C\u043E\u043B\u043E\u043A\u043E")]
    [InlineData("\U0001F34E\U0001F34F\U0001F350\U0001F351\U0001F352\U0001F353\U0001F354\U0001F355\U0001F356\U0001F357\U0001F358\U0001F359")]
    [InlineData("'; DROP TABLE users; --")]
    public async Task There_are_no_rules_of_composition(string password)
    {
        var registered = await server.Api.RegisterAsync(password: password);

        (await server.Api.LoginAsync(registered.Email, password)).UserId.Should().Be(registered.UserId);
    }

    [Theory]
    [Trait("ASVS", "6.2.1")]
    [InlineData(11, 400)]
    [InlineData(12, 201)]
    [InlineData(64, 201)]
    [InlineData(128, 201)]
    [InlineData(129, 400)]
    [InlineData(5_000, 400)]
    public async Task A_password_has_12_to_128_characters(int length, int status)
    {
        foreach (var alphabet in new[] { "abcdefg", "\u00E4\u00F6\u00FC", "\U0001F34E\U0001F34F\U0001F350\U0001F351" })
        {
            var password = string.Concat(Enumerable.Range(0, length).Select(position => Character(alphabet, position)));

            await (await RegisterAsync(password)).ShouldBeAsync(status);
        }
    }

    // Passwords are normalized before hashing: decomposed accents must not turn eleven letters into twelve.
    [Theory]
    [Trait("ASVS", "6.2.1")]
    [InlineData("\u0065\u0301\u0061\u0301\u006F\u0301\u0075\u0301\u0069\u0301\u0079\u0301")]
    [InlineData("\uFDFA")]
    public async Task A_password_is_as_long_as_it_reads(string password) => await ShouldBeRefusedAsync(await RegisterAsync(password));

    [Theory]
    [Trait("ASVS", "6.2.8")]
    [InlineData("\uD55C\uAE00\uB9D0", 42)]
    [InlineData("\u1F82\u1F83", 64)]
    [InlineData("\u00E9\u00E8\u00EA", 42)]
    public async Task The_longest_password_signs_in_however_the_keyboard_composes_it(string letters, int times)
    {
        var password = string.Concat(Enumerable.Repeat(letters, times));
        var registered = await server.Api.RegisterAsync(password: password);

        (await server.Api.LoginAsync(registered.Email, password.Normalize(System.Text.NormalizationForm.FormD))).UserId.Should()
            .Be(registered.UserId);
    }

    [Theory]
    [Trait("ASVS", "6.2.8")]
    [InlineData("caf\u00E9 au lait chaud", "cafe\u0301 au lait chaud")]
    [InlineData("cafe\u0301 au lait chaud", "caf\u00E9 au lait chaud")]
    [InlineData("full width \uFF11\uFF12\uFF13", "full width 123")]
    public async Task Two_ways_to_type_the_same_word_are_the_same_password(string chosen, string typed)
    {
        var registered = await server.Api.RegisterAsync(password: chosen);

        (await server.Api.LoginAsync(registered.Email, typed)).UserId.Should().Be(registered.UserId);
    }

    [Theory]
    [Trait("ASVS", "6.2.8")]
    [InlineData("plum tree waltz", "plum tree waltz ")]
    [InlineData("plum tree waltz", " plum tree waltz")]
    [InlineData("plum tree waltz", "Plum tree waltz")]
    [InlineData("plum tree waltz", "plum tree walt")]
    [InlineData("plum tree waltz", "plum tree waltzz")]
    [InlineData(" plum tree waltz ", "plum tree waltz")]
    [InlineData("plum\ttree\twaltz", "plum tree waltz")]
    [InlineData("kelvin has 300 \u0137", "kelvin has 300 k")]
    public async Task Every_character_counts(string chosen, string typed)
    {
        var registered = await server.Api.RegisterAsync(password: chosen);

        await (await server.Api.PostAsync("auth/login", new { email = registered.Email, password = typed })).ShouldBeProblemAsync(
            ErrorCodes.InvalidCredentials);
        await server.Api.LoginAsync(registered.Email, chosen);
    }

    [Theory]
    [Trait("ASVS", "6.2.9")]
    [InlineData(64)]
    [InlineData(72)]
    [InlineData(73)]
    [InlineData(128)]
    public async Task Nothing_is_cut_off(int length)
    {
        var start = string.Concat(Enumerable.Range(0, length - 1).Select(position => Character("abcdefg", position)));
        var registered = await server.Api.RegisterAsync(password: start + "x");

        await (await server.Api.PostAsync("auth/login", new { email = registered.Email, password = start + "y" })).ShouldBeProblemAsync(
            ErrorCodes.InvalidCredentials);
        await (await server.Api.PostAsync("auth/login", new { email = registered.Email, password = start })).ShouldBeProblemAsync(
            ErrorCodes.InvalidCredentials);
        await server.Api.LoginAsync(registered.Email, start + "x");
    }

    [Theory]
    [Trait("ASVS", "6.2.11")]
    [InlineData("rosalind.franklin@example.com")]
    [InlineData("Rosalind.Franklin")]
    [InlineData("ROSALIND.FRANKLIN1")]
    [InlineData("nilknarf.dnilasor")]
    [InlineData("rosalind franklin")]
    [InlineData("dr_frank_1920")]
    [InlineData("dr_frank_1920!!")]
    [InlineData("authserver123")]
    [InlineData("AuthServerAuthServer")]
    public async Task What_knows_only_the_account_guesses_no_password(string password)
    {
        var response = await server.Api.PostAsync("auth/register",
            new { email = "rosalind.franklin@example.com", username = "dr_frank_1920", full_name = "Rosalind Franklin", password });

        await ShouldBeRefusedAsync(response);
    }

    [Theory]
    [InlineData("[\"plum tree waltz\"]")]
    [InlineData("{\"value\":\"plum tree waltz\"}")]
    [InlineData("123456789012")]
    [InlineData("true")]
    [InlineData("\"plum tree\\u0000waltz\"")]
    [InlineData("\"plum tree waltz\\ud800\"")]
    [InlineData("\"plum tree waltz\\ufffe\"")]
    [InlineData("\"plum tree waltz\\ufdd0\"")]
    [InlineData("\"plum tree waltz\\ud83f\\udfff\"")]
    [InlineData("\" \"")]
    public async Task What_is_no_password_is_refused_at_registration_and_no_account_is_made(string password)
    {
        var email = Api.NewEmail();

        await ShouldBeRefusedAsync(await server.Api.PostAsync("auth/register", $"{{\"email\":\"{email}\",\"password\":{password}}}"));

        (await server.Database.QueryAsync<long>("SELECT count(*) FROM users WHERE email = @email", ("email", email))).Should().Be(0);
    }

    [Theory]
    [InlineData("[\"plum tree waltz\"]")]
    [InlineData("{\"$ne\":null}")]
    [InlineData("123456789012")]
    [InlineData("true")]
    [InlineData("\"plum tree waltz\\ud800\"")]
    public async Task What_is_no_password_is_refused_at_sign_in(string password) =>
        await ShouldBeRefusedAsync(await server.Api.PostAsync("auth/login", $"{{\"email\":\"{Api.NewEmail()}\",\"password\":{password}}}"));

    private static string Character(string alphabet, int position)
    {
        var runes = alphabet.EnumerateRunes().ToList();
        return runes[position % runes.Count].ToString();
    }

    private static async Task ShouldBeRefusedAsync(HttpResponseMessage response) =>
        (await response.ShouldBeProblemAsync(ErrorCodes.ValidationFailed))["errors"]!
            .AsObject()
            .Select(error => error.Key)
            .Should()
            .Equal("password");

    private Task<HttpResponseMessage> RegisterAsync(string password) =>
        server.Api.PostAsync("auth/register", new { email = Api.NewEmail(), password });
}
