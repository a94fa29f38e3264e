using System.Text.Json.Nodes;
using AuthServer.Domain;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Attacks;

public sealed partial class RouteMatrixTests
{
    /// <summary>The callers, and the people the calls are about.</summary>
    public sealed class Cast : TestServer
    {
        private const string Nobody = "nobody";

        private readonly Dictionary<string, SignedIn> _askers = new(StringComparer.Ordinal);
        private Dictionary<string, DescribedOperation> _operations = [];

        private Clinic _clinic = null!;
        private Clinic _otherClinic = null!;

        public static IReadOnlyList<string> Askers { get; } = [
            Nobody, "patient", "physician pending", "physician verified", "support", "admin of another tenant",
            "admin of the platform"];

        public override async Task InitializeAsync()
        {
            await base.InitializeAsync();
            _clinic = await this.OpenClinicAsync(slug: "clinic");
            _otherClinic = await this.OpenClinicAsync(slug: "other-clinic");
            _operations = (await DescribedAsync()).ToDictionary(operation => operation.Name, StringComparer.Ordinal);
        }

        internal async Task<IReadOnlyList<DescribedOperation>> DescribedAsync() =>
            DescribedOperation.AllOf(JsonNode.Parse(await Api.Http.GetStringAsync("/openapi/v1.json"))!);

        /// <summary>Calls a route on a new person and returns the status.</summary>
        public async Task<int> AskAsync(string asker, string method, string path, string? body)
        {
            // Calls that change sessions, passwords or the caller's own account would use up the caller.
            var isSpent = method != "GET"
                && (path.Contains("/auth/", StringComparison.Ordinal)
                    || (method == "DELETE" && path.EndsWith("/me", StringComparison.Ordinal)));
            var person = asker == Nobody ? null : isSpent ? await SignInAsync(asker) : await KnownAsync(asker);
            return (int)(await SendAsync(
                request => request.Headers.Authorization = person is null ? null : new("Bearer", person.AccessToken), method, path,
                body)).StatusCode;
        }

        /// <summary>Sends a request about a new person.</summary>
        internal async Task<HttpResponseMessage> SendAsync(Action<HttpRequestMessage> identify, string method, string path, string? body) =>
            await (await PrepareAsync(method, path, body))(identify);

        /// <summary>Prepares a request about a new person that can be sent many times.</summary>
        internal async Task<Func<Action<HttpRequestMessage>, Task<HttpResponseMessage>>> PrepareAsync(
            string method, string path, string? body)
        {
            var victim = await VictimAsync(path);
            await PrepareAsync($"{method} {path}", victim);
            var operation = _operations.GetValueOrDefault($"{method} {path}");
            var url = await FillAsync(path, victim);
            return async identify =>
            {
                var text = (body ?? operation?.Example?.ToJsonString())?.Replace("{new_email}", Api.NewEmail(), StringComparison.Ordinal)
                    .Replace("{slug}", $"s{Guid.NewGuid():N}"[..20], StringComparison.Ordinal);
                using var request = new HttpRequestMessage(new(method), url);
                request.Content = text is null ? null : operation?.IsForm == true
                    ? new FormUrlEncodedContent([new("username", Api.NewEmail()), new("password", Api.Password)])
                    : new StringContent(text, System.Text.Encoding.UTF8, "application/json");
                identify(request);
                return await Api.Http.SendAsync(request);
            };
        }

        private async Task<SignedIn> KnownAsync(string asker) =>
            _askers.TryGetValue(asker, out var known) ? known : _askers[asker] = await SignInAsync(asker);

        /// <summary>Signs a new person of this kind in.</summary>
        internal async Task<SignedIn> SignInAsync(string asker)
        {
            var person = asker switch
            {
                "patient" or "admin of another tenant" => await Api.RegisterAsync(),
                "physician pending" =>
                    await Api.RegisterAsync(
                        more: NewPhysician()),
                "physician verified" => await this.SignInAsAsync(Role.Physician),
                "support" => await this.SignInAsAsync(Role.Support),
                _ => await this.SignInAsAsync(Role.Admin),
            };
            if (asker == "admin of another tenant")
            {
                await this.JoinAsync(person.UserId, _otherClinic, Role.Admin);
            }
            else if (asker is "patient" or "physician pending" or "physician verified")
            {
                await this.JoinAsync(person.UserId, _clinic, asker == "patient" ? Role.Patient : Role.Physician);
            }

            return await Api.LoginAsync(person.Email);
        }

        private static object NewPhysician() =>
            new { role = Role.Physician, physician = new { license_number = $"IL-{Guid.NewGuid():N}", license_jurisdiction = "IL" } };

        private async Task<SignedIn> VictimAsync(string path)
        {
            var isPhysician = path.Contains("physicians", StringComparison.Ordinal)
                || path.Contains("password-resets", StringComparison.Ordinal);
            var victim =
                await Api.RegisterAsync(
                    more: isPhysician
                        ? NewPhysician()
                        : null);
            await this.JoinAsync(victim.UserId, _clinic, isPhysician ? Role.Physician : Role.Patient);
            return victim;
        }

        // The state that a route requires before it can succeed.
        private Task<int> PrepareAsync(string route, SignedIn victim) => route switch
        {
            "POST /api/v1/users/{id}/enable" =>
                Database.ExecuteAsync(
                    "UPDATE users SET status = 'disabled', disabled_reason = 'away' WHERE id = @id", ("id", victim.UserId)),
            "POST /api/v1/users/{id}/invitation" or "DELETE /api/v1/users/{id}/invitation" =>
                Database.ExecuteAsync("UPDATE users SET password_hash = NULL, invited_at = now() WHERE id = @id", ("id", victim.UserId)),
            // A mailbox gets one mail a minute, and registration has queued one.
            "POST /api/v1/users/{id}/verification" =>
                Database.ExecuteAsync("DELETE FROM email_outbox WHERE address = @email", ("email", victim.Email)),
            "POST /api/v1/physicians/{id}/suspend" => SetLicenceAsync(victim, "verified"),
            "POST /api/v1/physicians/{id}/reinstate" => SetLicenceAsync(victim, "suspended"),
            _ => Task.FromResult(0),
        };

        private async Task<string> FillAsync(string path, SignedIn victim)
        {
            var id = path switch
            {
                // A tenant of its own: suspending the clinic would invalidate the callers' tokens.
                _ when path.Contains("/tenants/", StringComparison.Ordinal) =>
                    (await this.OpenClinicAsync(status: path.EndsWith("/reopen", StringComparison.Ordinal) ? "suspended" : "active")).Id,
                _ when path.Contains("/api-keys/", StringComparison.Ordinal) =>
                    (await this.MakeKeyAsync(await SignInAsync("admin of the platform"))).Id,
                _ when path.Contains("/licences/", StringComparison.Ordinal) =>
                    await Database.QueryAsync<Guid>(
                        "SELECT l.id FROM licences l JOIN physicians p ON p.id = l.physician_id WHERE p.user_id = @id",
                        ("id", victim.UserId)),
                _ when path.Contains("/physicians/{id}", StringComparison.Ordinal) =>
                    await Database.QueryAsync<Guid>("SELECT id FROM physicians WHERE user_id = @id", ("id", victim.UserId)),
                _ when path.Contains("/auth/sessions/", StringComparison.Ordinal) => victim.SessionId,
                _ when path.Contains("/password-resets/", StringComparison.Ordinal) => await AskForResetAsync(victim),
                _ => victim.UserId,
            };
            return path.Replace("{id}", id.ToString(), StringComparison.Ordinal)
                .Replace("{sessionId}", victim.SessionId.ToString(), StringComparison.Ordinal);
        }

        private async Task<Guid> AskForResetAsync(SignedIn victim)
        {
            var colleague = await this.SignInAsAsync(Role.Support);
            var answer =
                await (await Api.PostAsync(
                    $"users/{victim.UserId}/password-reset", new { reason = "asked by telephone" }, colleague.AccessToken)).ShouldBeAsync(
                        202);
            return answer["id"]!.GetValue<Guid>();
        }

        private Task<int> SetLicenceAsync(SignedIn victim, string state) =>
            Database.ExecuteAsync(
                "UPDATE licences SET state = @state FROM physicians p WHERE p.id = physician_id AND p.user_id = @id", ("state", state),
                ("id", victim.UserId));
    }
}
