using AuthServer.Accounts.Credentials;
using AuthServer.Accounts.Identity;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AuthServer.Tests.Accounts;

/// <summary>What Identity's user manager guarantees here, beyond what the routes show.</summary>
public sealed class UserAccountsTests(UserAccountsTests.Server server) : IClassFixture<UserAccountsTests.Server>
{
    private const string NewPassword = "another long phrase of mine";

    [Fact]
    public async Task A_change_leaves_alone_what_somebody_else_changes_at_the_same_moment()
    {
        var person = await server.Api.RegisterAsync();
        await using var scope = server.Services.CreateAsyncScope();
        var (accounts, commit) = Of(scope);
        var user = (await accounts.FindByIdAsync(person.UserId.ToString()))!;
        const string Meanwhile = "UPDATE users SET token_version = 7, last_login_at = now() - interval '1 year' WHERE id = @id";
        await server.Database.ExecuteAsync(Meanwhile, ("id", person.UserId));

        await accounts.ChangeProfileAsync(user, new ProfileRequest { FullName = new("Dana Levi") });
        (await commit.SaveAsync(CancellationToken.None)).Should().Be(AccountCommitOutcome.Saved);

        const string Now = "SELECT full_name || token_version || (last_login_at < now() - interval '1 month') FROM users WHERE id = @id";
        (await server.Database.QueryAsync<string>(Now, ("id", person.UserId))).Should().Be("Dana Levi7true");
    }

    [Fact]
    public async Task Of_two_who_change_how_one_person_signs_in_the_second_is_told_and_changes_nothing()
    {
        var person = await server.Api.RegisterAsync();
        await using var first = server.Services.CreateAsyncScope();
        await using var second = server.Services.CreateAsyncScope();
        var inFirst = (await Of(first).Accounts.FindByIdAsync(person.UserId.ToString()))!;
        var inSecond = (await Of(second).Accounts.FindByIdAsync(person.UserId.ToString()))!;
        (await Of(first).Accounts.SetPasswordAsync(inFirst, NewPassword)).Succeeded.Should().BeTrue();
        (await Of(second).Accounts.SetPasswordAsync(inSecond, "yet another phrase of mine")).Succeeded.Should().BeTrue();

        var outcomes = (await CommitAsync(first, inFirst), await CommitAsync(second, inSecond));

        outcomes.Should().Be((AccountCommitOutcome.Saved, AccountCommitOutcome.ConcurrentlyChanged));
        await server.Api.LoginAsync(person.Email, NewPassword);
    }

    [Fact]
    public async Task An_account_that_was_read_without_tracking_cannot_be_changed()
    {
        var person = await server.Api.RegisterAsync();
        await using var scope = server.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuthDbContext>();
        var user = await db.Users.AsNoTracking().SingleAsync(found => found.Id == person.UserId);

        await Of(scope).Accounts.Invoking(accounts => accounts.UpdateAsync(user)).Should().ThrowAsync<InvalidOperationException>();
    }

    // Identity's own hashing runs on the request's thread, as often in parallel as requested.
    [Fact]
    public async Task Every_way_to_set_or_compare_a_password_waits_at_the_gate()
    {
        var person = await server.Api.RegisterAsync();
        await using var scope = server.Services.CreateAsyncScope();
        var accounts = Of(scope).Accounts;
        var user = (await accounts.FindByIdAsync(person.UserId.ToString()))!;
        var token = await accounts.GeneratePasswordResetTokenAsync(user);
        var hashing = server.Services.GetRequiredService<PasswordHashing>();
        Func<Task>[] ways =
        [
            () => accounts.CheckPasswordAsync(user, Api.Password),
            () => accounts.SetPasswordAsync(user, NewPassword),
            () => accounts.ResetPasswordAsync(user, token, NewPassword),
        ];

        foreach (var way in ways)
        {
            var storm = Enumerable.Range(0, 2).Select(_ => hashing.HashAsync(NewPassword, CancellationToken.None)).ToList();
            await way.Should().ThrowAsync<BusyException>();
            await Task.WhenAll(storm);
        }
    }

    [Fact]
    public async Task A_password_that_the_policy_refuses_changes_nothing_about_the_account()
    {
        var person = await server.Api.RegisterAsync();
        await using var scope = server.Services.CreateAsyncScope();
        var user = (await Of(scope).Accounts.FindByIdAsync(person.UserId.ToString()))!;

        var result = await Of(scope).Accounts.SetPasswordAsync(user, "short");

        result.Succeeded.Should().BeFalse();
        scope.ServiceProvider.GetRequiredService<AuthDbContext>().ChangeTracker.HasChanges().Should().BeFalse();
    }

    [Fact]
    public void Nothing_of_Identity_checks_or_names_accounts_beside_what_is_ours()
    {
        using var scope = server.Services.CreateScope();

        scope.ServiceProvider.GetServices<IUserValidator<User>>().Should().ContainSingle().Which.Should().BeOfType<AccountValidator>();
        scope.ServiceProvider.GetServices<IPasswordValidator<User>>().Should().ContainSingle().Which.Should().BeOfType<PasswordPolicy>();
        var manager = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
        manager.Should().BeOfType<UserAccounts>();
        manager.NormalizeEmail("\u212Aate@example.com").Should().Be("\u212Aate@example.com", "that is not Kate's");
    }

    private static (UserAccounts Accounts, AccountCommit Commit) Of(AsyncServiceScope scope) =>
        (scope.ServiceProvider.GetRequiredService<UserAccounts>(), scope.ServiceProvider.GetRequiredService<AccountCommit>());

    private static Task<AccountCommitOutcome> CommitAsync(AsyncServiceScope scope, User user) =>
        Of(scope).Commit.CommitAsync(user, new("password.changed"), new(null, "tests", "tests"), CancellationToken.None);

    /// <summary>One hash at a time and seven that wait, two of all these for one network, each at the real cost.</summary>
    public sealed class Server : TestServer
    {
        public Server()
        {
            Settings["Password:ConcurrentHashes"] = "1";
            Settings["Password:QueuedPerHash"] = "7";
        }

        protected override bool HashesAreCheap => false;
    }
}
