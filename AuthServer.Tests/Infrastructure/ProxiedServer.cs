namespace AuthServer.Tests.Infrastructure;

/// <summary>A server behind a proxy, so that tests can send from any address.</summary>
public class ProxiedServer : TestServer
{
    private static int _addresses;

    public ProxiedServer()
    {
        Settings["Server:TrustedProxies:0"] = "127.0.0.1";
        Settings["Server:TrustedProxies:1"] = "::1";
    }

    /// <summary>An unused address.</summary>
    public static string NewAddress()
    {
        var number = Interlocked.Increment(ref _addresses);
        return $"198.18.{number / 250}.{(number % 250) + 1}";
    }

    /// <summary>Sends JSON from this address.</summary>
    public Task<HttpResponseMessage> PostFromAsync(string from, string path, object body, string? bearer = null) =>
        Api.PostAsync(path, body, bearer, request => request.Headers.Add("X-Forwarded-For", from));

    /// <summary>Attempts to sign in, by default with a wrong password.</summary>
    public Task<HttpResponseMessage> SignInAsync(string name, string from, string password = "not the password", Api? at = null) =>
        (at ?? Api).PostAsync(
            "auth/login", new { email = name, password }, adjust: request => request.Headers.Add("X-Forwarded-For", from));

    /// <summary>The response statuses of this many attempts, one after the other.</summary>
    public async Task<IReadOnlyList<int>> FailAsync(string name, string from, int times)
    {
        var statuses = new List<int>();
        for (var time = 0; time < times; time++)
        {
            statuses.Add((int)(await SignInAsync(name, from)).StatusCode);
        }

        return statuses;
    }
}
