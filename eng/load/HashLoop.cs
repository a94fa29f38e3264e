using System.Diagnostics;
using AuthServer.Accounts.Credentials;
using AuthServer.Domain;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace AuthServer.Load;

/// <summary>The password hash alone, on as many cores as the server's gate lets in: the limit of signing in and of registering.</summary>
internal sealed class HashLoop
{
    private const string Password = "correct horse battery staple";

    private readonly IPasswordHasher<User> _hasher;
    private readonly int _threads;
    private readonly Lock _gate = new();
    private double _cpu;

    /// <param name="settings">The server's own.</param>
    public HashLoop(PasswordSettings settings)
    {
        _threads = settings.EffectiveConcurrentHashes;
        _hasher = settings.Hash == PasswordHashFunction.Argon2id
            ? new Argon2idHasher(Argon2Cost.Of(settings))
            : new PasswordHasher<User>(Options.Create(new PasswordHasherOptions { IterationCount = settings.Iterations }));
    }

    /// <summary>Processor milliseconds spent so far.</summary>
    public double Cpu()
    {
        lock (_gate)
        {
            return _cpu;
        }
    }

    public Task<Tally> RunAsync(TimeSpan duration) => Task.Run(() =>
    {
        var hash = _hasher.HashPassword(null!, Password);
        var started = Stopwatch.GetTimestamp();
        var sum = new Tally();
        var threads = Enumerable.Range(0, _threads).Select(_ => new Thread(() => Work(hash, started, duration, sum))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        sum.Elapsed = Stopwatch.GetElapsedTime(started);
        return sum;
    });

    private void Work(string hash, long started, TimeSpan duration, Tally sum)
    {
        var before = Load.Cpu.OfThisThread();
        var tally = new Tally();
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            var hashedAt = Stopwatch.GetTimestamp();
            tally.Add(hashedAt, _hasher.VerifyHashedPassword(null!, hash, Password) == PasswordVerificationResult.Success ? 200 : 0);
        }

        lock (_gate)
        {
            _cpu += Load.Cpu.OfThisThread() - before;
            sum.Add(tally);
        }
    }
}
