using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AuthServer.Sessions.Refresh;

namespace AuthServer.Load;

/// <summary>One request of each kind, for a worker: sends it, reads the whole answer, tells the status.</summary>
internal sealed class Requests(HttpMessageInvoker http, Uri ours, Uri bare, Population population)
{
    private const string Api = "/api/v1/auth/";
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly Uri _login = new(ours, Api + "login");
    private readonly Uri _register = new(ours, Api + "register");
    private readonly Uri _refresh = new(ours, Api + "refresh");
    private readonly Uri _me = new(ours, Api + "me");
    private readonly Uri _verify = new(ours, Api + "verify");
    private readonly Uri _bareRefresh = new(bare, "/refresh");
    private readonly Uri _bareVerify = new(bare, "/verify");

    public static Dictionary<string, string> Credentials(string name, string password, string device) =>
        new(StringComparer.Ordinal) { ["email"] = name, ["password"] = password, ["device_name"] = device };

    public static HttpRequestMessage Post(Uri url, byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = Json;
        return new(HttpMethod.Post, url) { Content = content };
    }

    public Task<int> SignInAsync(int worker) => SendAsync(Post(_login, CredentialsOf(Population.NameOf(worker))));

    public Task<int> RegisterAsync(int _) => SendAsync(Post(_register, CredentialsOf(population.NextNewName())));

    public Task<int> MeAsync(int worker) => SendAsync(WithToken(new(HttpMethod.Get, _me), worker));

    public Task<int> VerifyAsync(int worker) => SendAsync(WithToken(new(HttpMethod.Post, _verify), worker));

    public Task<int> RefreshAsync(int worker) => SendAsync(
        Post(_refresh, Encoding.UTF8.GetBytes($$"""{"refresh_token":"{{population.Tokens[worker].RefreshToken}}"}""")),
        body => population.Tokens[worker] = JsonSerializer.Deserialize(body, SessionsJson.Default.TokenResponse)!);

    public Task<int> BareMeAsync(int worker) => SendAsync(new(HttpMethod.Get, new Uri(bare, $"/me/{population.UserIds[worker]}")));

    public Task<int> BareVerifyAsync(int _) => SendAsync(new(HttpMethod.Post, _bareVerify));

    public Task<int> BareRefreshAsync(int worker) => SendAsync(
        Post(_bareRefresh, JsonSerializer.SerializeToUtf8Bytes(population.BareSessions[worker], BareJson.Default.BareRotation)),
        body =>
            population.BareSessions[worker] = population.BareSessions[worker] with
            {
                Generation = JsonSerializer.Deserialize(
                body, BareJson.Default.BareRotated)!.Generation
            });

    private static byte[] CredentialsOf(string name) => JsonSerializer.SerializeToUtf8Bytes(Credentials(name, Population.Password, "load"));

    private HttpRequestMessage WithToken(HttpRequestMessage request, int worker)
    {
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + population.Tokens[worker].AccessToken);
        return request;
    }

    private async Task<int> SendAsync(HttpRequestMessage request, Action<byte[]>? keep = null)
    {
        try
        {
            using (request)
            {
                using var answer = await http.SendAsync(request, CancellationToken.None);
                var body = await answer.Content.ReadAsByteArrayAsync();
                if (answer.IsSuccessStatusCode)
                {
                    keep?.Invoke(body);
                }

                return (int)answer.StatusCode;
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return 0;
        }
    }
}
