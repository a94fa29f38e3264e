using System.Net.Http.Json;
using AuthServer.Domain;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AuthServer.Tests.Attacks;

/// <summary>Hashes that nobody waits for: each ends only when its request has been aborted, however fast the machine is.</summary>
public sealed class UnpaidHashTests(UnpaidHashTests.Server server) : IClassFixture<UnpaidHashTests.Server>
{
    [Fact]
    [Trait("ASVS", "2.4.1")]
    public async Task A_registration_that_hangs_up_during_its_hash_is_charged_to_its_network()
    {
        // The first hash of all is nobody's.
        await server.Api.RegisterAsync();
        var network = ProxiedServer.NewAddress();
        for (var number = 0; number < Server.Registrations; number++)
        {
            await HangUpAsync(network);
        }

        object body = new { email = Api.NewEmail(), password = Api.Password };
        await (await server.PostFromAsync(network, "auth/register", body)).ShouldBeProblemAsync(ErrorCodes.RateLimited);
        await (await server.PostFromAsync(ProxiedServer.NewAddress(), "auth/register", body)).ShouldBeAsync(201);
    }

    private async Task HangUpAsync(string network)
    {
        var hashes = server.Hashes;
        var begun = hashes.HoldNext();
        using var hangUp = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/register");
        request.Headers.Add("X-Forwarded-For", network);
        request.Content = JsonContent.Create(new { email = Api.NewEmail(), password = Api.Password });
        var answer = server.Api.Http.SendAsync(request, hangUp.Token);
        await begun;
        await hangUp.CancelAsync();
        await answer.Invoking(sent => sent).Should().ThrowAsync<OperationCanceledException>();
    }

    public sealed class Server : ProxiedServer
    {
        public const int Registrations = 4;

        public Server() => Settings["RateLimits:RegistrationsPerHour"] = $"{Registrations}";

        internal HeldHasher Hashes => (HeldHasher)Services.GetRequiredService<IPasswordHasher<User>>();

        protected override void ConfigureServices(IServiceCollection services) =>
            services.Replace(ServiceDescriptor.Singleton<IPasswordHasher<User>, HeldHasher>());
    }

    /// <summary>Holds a hash until its request is aborted.</summary>
    internal sealed class HeldHasher(PasswordHasher<User> hasher, IHttpContextAccessor current) : IPasswordHasher<User>
    {
        private TaskCompletionSource? _held;

        /// <summary>Ends when the next hash has begun.</summary>
        public Task HoldNext() => (_held = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public string HashPassword(User user, string password)
        {
            if (Interlocked.Exchange(ref _held, null) is { } held)
            {
                var aborted = current.HttpContext!.RequestAborted.WaitHandle;
                held.SetResult();
                aborted.WaitOne();
            }

            return hasher.HashPassword(user, password);
        }

        public PasswordVerificationResult VerifyHashedPassword(User user, string hashedPassword, string providedPassword) =>
            hasher.VerifyHashedPassword(user, hashedPassword, providedPassword);
    }
}
