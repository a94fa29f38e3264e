using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Attacks;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Platform.Web;

/// <summary>What people read beside a field, in their language.</summary>
public sealed partial class FieldMessageTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly string[] Values =
        ["\"\"", "\"\\u0001~\"", $"\"{new string('x', 700)}\"", "[]", "[\"x\"]", "-5", "999999999", "{}"];

    [Fact]
    public async Task Messages_come_in_the_language_asked_for_and_the_rest_stays_english()
    {
        var english = await RefusedAsync("auth/register", """{"email":"x"}""", "en");
        var hebrew = await RefusedAsync("auth/register", """{"email":"x"}""", "he-IL,en;q=0.5");

        english.Errors["email"]![0]!.GetValue<string>().Should().Be("An e-mail address such as name@example.com is needed.");
        english.Language.Should().BeEmpty();
        hebrew.Errors["email"]![0]!.GetValue<string>().Should().Be("נדרשת כתובת דוא״ל כמו name@example.com.");
        hebrew.Language.Should().Equal("he");
        hebrew.Errors.Select(error => error.Key).Should().Equal(english.Errors.Select(error => error.Key));
        (hebrew.Body["code"]!.GetValue<string>(), hebrew.Body["title"]!.GetValue<string>(), hebrew.Body["detail"]!.GetValue<string>())
            .Should().Be((english.Body["code"]!.GetValue<string>(), english.Body["title"]!.GetValue<string>(),
                english.Body["detail"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("short", "לפחות 12 תווים. קל יותר לזכור כמה מילים מאשר כמה סימנים.")]
    [InlineData("q1w2e3r4t5y6", "סיסמה נפוצה מדי: היא ברשימות שתוקפים מנסים קודם.")]
    [InlineData("abcdefghijkl", "קל מדי לנחש: הסיסמה היא כמעט רק חזרה או רצף, כמו aaaa, abcd או 1234.")]
    public async Task A_refused_password_is_explained_in_hebrew(string password, string message) =>
        (await RefusedAsync("auth/register", new JsonObject { ["email"] = Api.NewEmail(), ["password"] = password }.ToJsonString(), "he"))
            .Errors["password"]![0]!.GetValue<string>().Should().Be(message);

    [Fact]
    public async Task The_token_endpoint_translates_its_errors_and_keeps_its_description_ascii()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/login/form");
        request.Content = new FormUrlEncodedContent([new("username", "dana")]);
        request.Headers.AcceptLanguage.ParseAdd("he");

        var body = await (await server.Api.Http.SendAsync(request)).ShouldBeOAuthErrorAsync(ErrorCodes.ValidationFailed, "invalid_request");

        body["errors"]!["password"]![0]!.GetValue<string>().Should().Be("שדה חובה.");
    }

    [Fact]
    public void Every_message_in_the_source_has_a_hebrew_form_and_every_hebrew_form_a_message()
    {
        var messages = MessagesInSource();

        messages.Should().HaveCountGreaterThan(60);
        messages.Where(message => FieldMessages.InHebrew(message) is null).Should().BeEmpty();
        HebrewFieldMessages.All.Where(entry => !messages.Any(PatternOf(entry.English).IsMatch)).Should().BeEmpty();
    }

    [Fact]
    public async Task No_described_route_answers_an_english_message_to_somebody_who_asked_for_hebrew()
    {
        var document = JsonNode.Parse(await server.Api.Http.GetStringAsync("/openapi/v1.json"))!;
        var (seen, english) = (0, new List<string>());
        foreach (var operation in DescribedOperation.AllOf(document))
        {
            // Some of the requests are in order and end the session.
            var admin = await server.SignInAsAsync(Role.Admin);
            foreach (var (url, body) in Attempts(operation))
            {
                var messages = await MessagesAsync(operation.Method, url, body, admin.AccessToken);
                seen += messages.Count;
                english.AddRange(messages.Where(message => !Hebrew().IsMatch(message)).Select(message => $"{operation.Name}: {message}"));
            }
        }

        english.Should().BeEmpty();
        seen.Should().BeGreaterThan(150);
    }

    private static IEnumerable<(string Url, string? Body)> Attempts(DescribedOperation operation)
    {
        var path = InBraces().Replace(operation.Path, Guid.NewGuid().ToString());
        foreach (var (name, isId) in operation.QueryParameters)
        {
            yield return ($"{path}?{name}={(isId ? Guid.NewGuid() : "-1")}", null);
            yield return ($"{path}?{name}=~", null);
        }

        yield return ($"{path}?unheard_of=1", null);
        if (operation.IsForm || operation.Example is null)
        {
            yield break;
        }

        yield return (path, "{}");
        yield return (path, """{"unheard_of":1}""");
        foreach (var member in operation.Members)
        {
            foreach (var value in Values)
            {
                yield return (path, $$"""{"{{member}}":{{value}}}""");
            }
        }
    }

    private async Task<List<string>> MessagesAsync(HttpMethod method, string url, string? body, string token)
    {
        using var request = new HttpRequestMessage(method, url);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.AcceptLanguage.ParseAdd("he");
        using var response = await server.Api.Http.SendAsync(request);
        var isProblem = response.Content.Headers.ContentType?.MediaType == "application/problem+json";
        var errors = isProblem ? JsonNode.Parse(await response.Content.ReadAsStringAsync())!["errors"]?.AsObject() : null;
        return [.. (errors ?? []).SelectMany(error => error.Value!.AsArray()).Select(message => message!.GetValue<string>())];
    }

    private async Task<(JsonObject Body, JsonObject Errors, ICollection<string> Language)> RefusedAsync(
        string route, string body, string language)
    {
        using var response = await server.Api.PostAsync(route, body, adjust: request => request.Headers.AcceptLanguage.ParseAdd(language));
        var problem = await response.ShouldBeProblemAsync(ErrorCodes.ValidationFailed);
        return (problem, problem["errors"]!.AsObject(), response.Content.Headers.ContentLanguage);
    }

    // Sentences in the arguments of what makes a message, in the rules that are quoted as one, and in the password policy.
    private static HashSet<string> MessagesInSource()
    {
        var root = Path.Combine(Repository.Root, "AuthServer");
        var texts = Directory.GetFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Elsewhere().IsMatch(Path.GetRelativePath(root, file).Replace('\\', '/')))
            .SelectMany(file => Path.GetFileName(file) == "PasswordPolicy.cs"
                ? [File.ReadAllText(file)]
                : Makers().Matches(File.ReadAllText(file)).Select(match => match.Groups["arguments"].Value));
        return [.. texts.SelectMany(text => Sentences().Matches(text)).Select(match => Plain(match.Groups["text"].Value))];
    }

    private static string Plain(string literal) =>
        InBraces().Replace(literal.Replace("{UrlAdvice}", "; write + as %2B", StringComparison.Ordinal), "7")
            .Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);

    private static Regex PatternOf(string template) =>
        new($@"\A{Placeholder().Replace(Regex.Escape(template), "(.*)")}\z", RegexOptions.NonBacktracking | RegexOptions.Singleline);

    [GeneratedRegex(@"\\\{[0-9]}", RegexOptions.None, 1000)]
    private static partial Regex Placeholder();

    [GeneratedRegex("^(obj|bin|Import|Cli|Mail/Transport)/", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Elsewhere();

    [GeneratedRegex(
        """
        (\bAdd|FieldErrors\.One|FieldErrors\.Only|\bErrors|\bToProblem|NoTimeException\(\)\ :\ FormatException)
            \((?<arguments>.*?)\)(;|,\n|\n)
        | Rule\ =\s*(?<arguments>".*?");
        | \["number"\]\ =\ (?<arguments>.*?)\]
        """, RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace, 1000)]
    private static partial Regex Makers();

    [GeneratedRegex("""
        "(?<text>(?=[A-Z0-9])(\\.|\{[^}]*"[^}]*\}|[^"\\])*\.)"
        """, RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sentences();

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.None, 1000)]
    private static partial Regex InBraces();

    [GeneratedRegex(@"\p{IsHebrew}", RegexOptions.None, 1000)]
    private static partial Regex Hebrew();
}
