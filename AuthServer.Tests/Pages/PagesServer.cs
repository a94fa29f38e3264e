using System.Net;
using System.Text.RegularExpressions;
using AuthServer.Accounts.Identity;
using AuthServer.Platform.Persistence;
using AuthServer.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Pages;

/// <summary>A server whose mailed links are available without mail, and people with browsers.</summary>
public class PagesServer : TestServer
{
    public PagesServer() => Settings["Registration:Mode"] = "Immediate";

    /// <summary>The value of <c>token=</c> in a mail sent now.</summary>
    internal async Task<string> MakeTokenAsync(SignedIn person, string purpose, string? newEmail = null)
    {
        await using var scope = Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuthDbContext>();
        var user = await db.Users.SingleAsync(found => found.Id == person.UserId);
        if (newEmail is not null)
        {
            var now = Clock.GetUtcNow();
            await db.Users.Where(found => found.Id == person.UserId)
                .ExecuteUpdateAsync(
                    set => set.SetProperty(found => found.PendingEmail, newEmail).SetProperty(found => found.PendingEmailAt, now));
        }

        return scope.ServiceProvider.GetRequiredService<EmailTokens>().Make(newEmail is null ? purpose : $"{purpose}:{newEmail}", user);
    }

    /// <summary>A new browser: no script, cookies as the server sets them.</summary>
    public Visitor Visit() => new(Api.Http.BaseAddress!);
}

/// <summary>Loads pages and submits their forms like a browser, but follows no redirects.</summary>
public sealed partial class Visitor(Uri server) : IDisposable
{
    private readonly HttpClient _http =
        new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = server };

    public async Task<Seen> GetAsync(string path, string? acceptLanguage = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (acceptLanguage is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept-Language", acceptLanguage);
        }

        return await Seen.ReadAsync(await _http.SendAsync(request));
    }

    /// <summary>Submits a form of the page, including hidden fields.</summary>
    public async Task<Seen> SendAsync(Seen page, int form = 0, params (string Name, string Value)[] typed)
    {
        var html = Forms().Matches(page.Html)[form];
        var fields = Hidden()
            .Matches(html.Value)
            .Select(field => (WebUtility.HtmlDecode(field.Groups["name"].Value), WebUtility.HtmlDecode(field.Groups["value"].Value)))
            .Concat(typed);
        return await PostAsync(WebUtility.HtmlDecode(html.Groups["action"].Value), [.. fields]);
    }

    public async Task<Seen> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        using var content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        return await Seen.ReadAsync(await _http.PostAsync(path, content));
    }

    public void Dispose() => _http.Dispose();

    [GeneratedRegex(
        """<form method="post" action="(?<action>[^"]*)">.*?</form>""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Forms();

    [GeneratedRegex(
        """<input type="hidden" name="(?<name>[^"]*)" value="(?<value>[^"]*)"\s*/?>""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Hidden();
}

/// <summary>A page that was returned.</summary>
public sealed partial record Seen(HttpResponseMessage Response, string Html)
{
    /// <summary>Everything except what differs in each response.</summary>
    public string Same => MadeAnew().Replace(Html, "");

    /// <summary>The visible text.</summary>
    public string Text => Tags().Replace(Html.Split("<main>")[1].Split("</main>")[0], " ");

    public int Status => (int)Response.StatusCode;

    public string Header(string name) =>
        string.Join(
            ", ",
            Response.Headers.TryGetValues(name, out var values) || Response.Content.Headers.TryGetValues(name, out values) ? values : []);

    public static async Task<Seen> ReadAsync(HttpResponseMessage response) => new(response, await response.Content.ReadAsStringAsync());

    [GeneratedRegex(
        """(nonce|value)="[^"]*" """,
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace, 1000)]
    private static partial Regex MadeAnew();

    [GeneratedRegex("<[^>]*>", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Tags();
}
