using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AuthServer.Domain;

namespace AuthServer.Storm;

/// <summary>How a request ended that got no answer.</summary>
internal enum Fault
{
    None,

    /// <summary>Nobody took the connection: nothing was sent.</summary>
    NotSent,

    /// <summary>The connection ended under it.</summary>
    Cut,

    TimedOut,
}

/// <summary>What came back for one request.</summary>
internal readonly record struct Answer(int Status, string? Code, bool HasRetryAfter, Fault Fault, double Milliseconds, string? Body)
{
    public override string ToString() => (Fault == Fault.None ? $"{Status} {Code}" : $"{Fault} {Code}").TrimEnd();
}

/// <summary>
/// An app on somebody's phone: it holds one session's tokens, has an address of its own behind the proxy, and keeps a
/// ledger: what it is about to do, and what it was told had been done.
/// </summary>
internal sealed class Device(RefreshToken token, string refreshToken, string address, Func<string, RefreshToken?> read)
{
    private volatile string _accessToken = "";

    public Guid SessionId => token.SessionId;

    public string Address => address;

    public string RefreshToken { get; private set; } = refreshToken;

    public string AccessToken => _accessToken;

    /// <summary>The generation of the refresh token it was last given.</summary>
    public int Acknowledged { get; private set; } = token.Generation;

    /// <summary>Whether it has sent a refresh whose outcome it has not been told.</summary>
    public bool IsInDoubt { get; private set; }

    public bool HasAskedToEnd { get; private set; }

    public bool WasToldEnded { get; private set; }

    /// <summary>How often it was told something that must last.</summary>
    public int Acknowledgements { get; private set; }

    public async Task<Answer> RefreshAsync(ServerProcess server)
    {
        IsInDoubt = true;
        var answer = await PostAsync(server, "auth/refresh", $$"""{"refresh_token":"{{RefreshToken}}"}""", bearer: null);
        if (answer.Status == 200)
        {
            Take(answer.Body!);
        }

        return answer;
    }

    public Task<Answer> MeAsync(ServerProcess server) => SendAsync(server, HttpMethod.Get, "auth/me", null, AccessToken);

    public Task<Answer> VerifyAsync(ServerProcess server) => PostAsync(server, "auth/verify", null, AccessToken);

    public async Task<Answer> LogoutAsync(ServerProcess server)
    {
        HasAskedToEnd = true;
        var answer = await PostAsync(server, "auth/logout", $$"""{"refresh_token":"{{RefreshToken}}"}""", bearer: null);
        if (answer.Status == 204)
        {
            WasToldEnded = true;
            Acknowledgements++;
        }

        return answer;
    }

    public Task<Answer> PostAsync(ServerProcess server, string path, string? json, string? bearer) =>
        SendAsync(server, HttpMethod.Post, path, json, bearer);

    private async Task<Answer> SendAsync(ServerProcess server, HttpMethod method, string path, string? json, string? bearer)
    {
        using var request = new HttpRequestMessage(method, "/api/v1/" + path);
        request.Headers.Add("X-Forwarded-For", address);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        if (bearer is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        }

        var since = Stopwatch.GetTimestamp();
        try
        {
            using var response = await server.Http.SendAsync(request);
            var body = await response.Content.ReadAsStringAsync();
            return new(
                (int)response.StatusCode, CodeOf(response, body), response.Headers.RetryAfter is not null, Fault.None,
                Stopwatch.GetElapsedTime(since).TotalMilliseconds, body);
        }
        catch (HttpRequestException exception)
        {
            var fault = exception.HttpRequestError == HttpRequestError.ConnectionError ? Fault.NotSent : Fault.Cut;
            return new(
                0, exception.InnerException?.Message ?? exception.Message, false, fault,
                Stopwatch.GetElapsedTime(since).TotalMilliseconds, null);
        }
        catch (OperationCanceledException)
        {
            return new(0, null, false, Fault.TimedOut, Stopwatch.GetElapsedTime(since).TotalMilliseconds, null);
        }
    }

    private void Take(string body)
    {
        using var json = JsonDocument.Parse(body);
        RefreshToken = json.RootElement.GetProperty("refresh_token").GetString()!;
        _accessToken = json.RootElement.GetProperty("access_token").GetString()!;
        Acknowledged = read(RefreshToken)!.Value.Generation;
        Acknowledgements++;
        IsInDoubt = false;
    }

    private static string? CodeOf(HttpResponseMessage response, string body)
    {
        if (response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            return null;
        }

        using var json = JsonDocument.Parse(body);
        return json.RootElement.GetProperty("code").GetString();
    }
}
