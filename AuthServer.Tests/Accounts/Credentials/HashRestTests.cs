using System.Runtime.InteropServices;
using AuthServer.Accounts.Credentials;
using AuthServer.Domain;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AuthServer.Tests.Accounts.Credentials;

/// <summary>
/// The cost of a wrong password by kind of stored hash, in CPU time, which does not depend on the machine's load.
/// </summary>
public sealed class HashRestTests
{
    private const int ThreadClock = 3; // CLOCK_THREAD_CPUTIME_ID

    // A cheap hash of each kind, none of them of the password used.
    public static TheoryData<PasswordHashFunction, string> CheapHashes
    {
        get
        {
            var data = new TheoryData<PasswordHashFunction, string>();
            foreach (var function in Enum.GetValues<PasswordHashFunction>())
            {
                data.Add(function, "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
                data.Add(function, "AAABAgMEBQYHCAkKCwwNDg+ukCEMDf0yyQ29NYubggHIVY0sdEUfdyeM+E1LtH1uJg==");
                data.Add(function, PasswordHashTests.Pbkdf2(10_000));
                data.Add(function, PasswordHashTests.Argon2id(new(MemoryKiB: 9_728, Passes: 2)));
            }

            return data;
        }
    }

    [Theory]
    [Trait("ASVS", "6.3.8")]
    [MemberData(nameof(CheapHashes))]
    public void A_wrong_password_against_a_cheap_hash_costs_what_it_costs_against_nobodys(PasswordHashFunction function, string cheap)
    {
        var (stored, nobodys) = Make(function);
        var compared = stored.Read(cheap)!;
        Spent(() => stored.Compare(nobodys, "wrong"));

        // Alternating, because the average that is topped up to follows the machine's current speed.
        var rounds = Enumerable
            .Range(0, 9)
            .Select(_ => (Usual: Spent(() => stored.Compare(nobodys, "wrong")), Cheap: Spent(() => stored.Compare(compared, "wrong"))))
            .ToList();

        var ratio = rounds.Select(round => round.Cheap / round.Usual).Order().ElementAt(rounds.Count / 2);
        ratio.Should().BeInRange(0.7, 1.5);
    }

    [Fact]
    public void What_cost_more_than_a_new_hash_is_not_topped_up()
    {
        var rest = new HashRest(new(), new(64, 1), Options.Create(new PasswordHasherOptions()));
        rest.Learn(TimeSpan.FromMilliseconds(20));

        rest.ShareLeft(TimeSpan.FromMilliseconds(5)).Should().BeApproximately(0.75, 0.001);
        rest.ShareLeft(TimeSpan.FromMilliseconds(20)).Should().BeApproximately(0, 0.001);
        rest.ShareLeft(TimeSpan.FromMilliseconds(200)).Should().BeNegative();
    }

    private static (StoredHashes Stored, StoredHash Nobodys) Make(PasswordHashFunction function)
    {
        var settings = new PasswordSettings { Hash = function };
        var options = Options.Create(new PasswordHasherOptions { IterationCount = settings.Iterations });
        var (argon2id, pbkdf2) = (new Argon2idHasher(Argon2Cost.Of(settings)), new PasswordHasher<User>(options));
        var rest = new HashRest(settings, Argon2Cost.Of(settings), options);
        IPasswordHasher<User> hasher = function == PasswordHashFunction.Argon2id ? argon2id : pbkdf2;
        var stored = new StoredHashes(argon2id, pbkdf2, rest, settings, options, NullLogger<StoredHashes>.Instance);
        return (stored, stored.Read(hasher.HashPassword(null!, "nobody's"))!);
    }

    private static double Spent(Action action)
    {
        var before = Clock();
        action();
        return Clock() - before;
    }

    private static double Clock()
    {
        ReadClock(ThreadClock, out var time).Should().Be(0);
        return time.Seconds * 1e3 + time.Nanoseconds / 1e6;
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ReadClock(int clock, out Time time);

    private readonly record struct Time(nint Seconds, nint Nanoseconds);
}
