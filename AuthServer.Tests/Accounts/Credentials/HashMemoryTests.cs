using System.Text;
using AuthServer.Accounts.Credentials;
using AuthServer.Domain;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AuthServer.Tests.Accounts.Credentials;

/// <summary>The memory of all concurrent hashes is bounded, whatever the parameters of the stored hashes.</summary>
public sealed class HashMemoryTests
{
    // 128 MiB, one pass.
    private const string Large = "$argon2id$v=19$m=131072,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

    private static readonly PasswordSettings Settings = new() { ConcurrentHashes = 4, MaxHashMemoryMiB = 128 };

    [Theory]
    [InlineData(0, 0, 1, 128)]
    [InlineData(1, 0, 1, 128)]
    [InlineData(8, 0, 8, 8 * 19)]
    [InlineData(8, 128, 6, 128)]
    [InlineData(3, 1000, 3, 1000)]
    public void So_many_are_computed_at_once_as_there_are_cores_and_memory_for(int atOnce, int memory, int expected, int expectedMemory)
    {
        var settings = new PasswordSettings { ConcurrentHashes = atOnce, MaxHashMemoryMiB = memory };

        var expectedAtOnce = atOnce == 0 ? Math.Max(1, Environment.ProcessorCount - 1) : expected;
        settings.EffectiveConcurrentHashes.Should().Be(expectedAtOnce);
        settings.EffectiveMaxHashMemoryMiB.Should().Be(Math.Max(expectedMemory, memory == 0 ? expectedAtOnce * 19 : 0));
    }

    [Fact]
    public async Task A_large_hash_waits_until_there_is_memory_for_it()
    {
        using var slow = new SlowHasher();
        using var hashing = new PasswordHashing(slow, Stored(), Settings, new HttpContextAccessor());
        var held = hashing.HashAsync(SlowHasher.Password, CancellationToken.None);

        var large = hashing.VerifyAsync(Large, "wrong", CancellationToken.None);
        // Runs the same verification, which takes long enough.
        Argon2id.Verify(Large, Encoding.UTF8.GetBytes("wrong")).Should().BeFalse();
        Argon2id.Verify(Large, Encoding.UTF8.GetBytes("wrong")).Should().BeFalse();
        large.IsCompleted.Should().BeFalse();

        slow.GoOn();
        (await large).Should().Be(PasswordVerificationResult.Failed);
        await held;
    }

    private static StoredHashes Stored()
    {
        var options = Options.Create(new PasswordHasherOptions());
        var cost = new Argon2Cost(MemoryKiB: 64, Passes: 1);
        return new(new(cost), new(options), new(Settings, cost, options), Settings, options, NullLogger<StoredHashes>.Instance);
    }

    private sealed class SlowHasher : IPasswordHasher<User>, IDisposable
    {
        public const string Password = "takes its time";

        private readonly ManualResetEventSlim _goOn = new();
        private readonly Argon2idHasher _hasher = new(new(MemoryKiB: 64, Passes: 1));

        public void GoOn() => _goOn.Set();

        public string HashPassword(User user, string password)
        {
            if (password == Password)
            {
                _goOn.Wait();
            }

            return _hasher.HashPassword(user, password);
        }

        public PasswordVerificationResult VerifyHashedPassword(User user, string hashedPassword, string providedPassword) =>
            _hasher.VerifyHashedPassword(user, hashedPassword, providedPassword);

        public void Dispose() => _goOn.Dispose();
    }
}
