namespace AuthServer.Tests.Infrastructure;

/// <summary>A server behind a proxy, so that a test can come from any address.</summary>
public class ProxiedServer : TestServer
{
    private static int _addresses;

    public ProxiedServer()
    {
        Settings["Server:TrustedProxies:0"] = "127.0.0.1";
        Settings["Server:TrustedProxies:1"] = "::1";
    }

    /// <summary>An address nobody has come from yet.</summary>
    public static string NewAddress()
    {
        var number = Interlocked.Increment(ref _addresses);
        return $"198.18.{number / 250}.{(number % 250) + 1}";
    }

    /// <summary>One attempt to sign in, wrong unless said otherwise.</summary>
    public Task<HttpResponseMessage> SignInAsync(string name, string from, string password = "not the password", Api? at = null) =>
        (at ?? Api).PostAsync(
            "auth/login", new { email = name, password }, adjust: request => request.Headers.Add("X-Forwarded-For", from));

    /// <summary>The answers' statuses to so many attempts, one after the other.</summary>
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
