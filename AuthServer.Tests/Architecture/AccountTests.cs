using System.Reflection;
using System.Text.RegularExpressions;
using AuthServer.Accounts.Identity;
using AuthServer.Domain;
using AuthServer.Platform.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Tests.Architecture;

/// <summary>
/// Only <c>Accounts/Identity</c> changes accounts: through <see cref="UserAccounts"/>, saved by <see cref="AccountCommit"/>. The
/// exceptions are listed here and in docs/architecture.md.
/// </summary>
public sealed partial class AccountTests
{
    private static readonly Type[] Server = typeof(AuthDbContext).Assembly.GetTypes();

    // Columns that sessions, tokens and staff may write with their own statements: none of them is used to sign in.
    private static readonly string[] ColumnsOfOthers =
    [
        "token_version", "last_login_at", "erasure_due_at", "status", "disabled_reason", "disabled_until", "disabled_by_tenant_id",
        "pending_email", "pending_email_at", "pending_email_vouched_at",
    ];

    [Fact]
    [Trait("ASVS", "8.2.3")]
    public void Only_the_core_makes_and_changes_accounts_and_their_roles()
    {
        var others =
            from type in Others
            from member in References.MembersUsedBy(type)
            where IsWrite(member)
            select $"{type.FullName} uses {member.DeclaringType!.Name}.{member.Name}";

        others.Distinct(StringComparer.Ordinal).Should().BeEmpty();
    }

    // Changes are saved later by the caller, which must handle conflicts and write what belongs to the change.
    [Fact]
    public void Whoever_changes_an_account_leaves_saving_it_to_the_commit()
    {
        var others =
            from type in Others
            group References.MembersUsedBy(type) by Outermost(type) into members
            let used = members.SelectMany(member => member).ToList()
            where used.Exists(member => member.DeclaringType == typeof(UserAccounts)) && used.Exists(IsSave)
            select members.Key.FullName;

        others.Should().BeEmpty();
        Core.Where(type => References.MembersUsedBy(type).Any(IsSave)).Select(Outermost).Distinct().Should().Equal(typeof(AccountCommit));
    }

    [Fact]
    public void Statements_of_others_write_no_column_that_anybody_signs_in_with()
    {
        var others =
            from type in Others
            from text in References.TextsOf(type)
            from column in Written(text)
            where !ColumnsOfOthers.Contains(column)
            select $"{type.FullName} writes {column}";

        others.Distinct(StringComparer.Ordinal).Should().BeEmpty();
    }

    // Makes sure that the tests above would find something.
    [Fact]
    public void A_write_in_an_asynchronous_method_and_one_in_a_statement_are_seen()
    {
        var used = Parts(typeof(Example)).SelectMany(References.MembersUsedBy).ToList();
        used.Where(IsWrite).Select(member => member.Name).Distinct(StringComparer.Ordinal)
            .Should().BeEquivalentTo("set_PasswordHash", "set_SecurityStamp", "ExecuteUpdateAsync", ".ctor", nameof(User.Disable));
        used.Should().Contain(member => IsSave(member));
        Parts(typeof(Example)).SelectMany(References.TextsOf).SelectMany(Written).Distinct(StringComparer.Ordinal)
            .Should().BeEquivalentTo("password_hash", "email_confirmed", "security_stamp", "(a new row)");
    }

    [Fact]
    public void The_core_is_seen_to_write()
    {
        Core.SelectMany(References.MembersUsedBy).Where(IsWrite).Select(member => member.Name)
            .Should().Contain(["set_PasswordHash", "set_SecurityStamp", "set_EmailConfirmed"]);
        Core.SelectMany(References.TextsOf).SelectMany(Written).Should().Contain(["password_hash", "security_stamp"]);
    }

    private static IEnumerable<Type> Core => Server.Where(type => type.Namespace == typeof(UserAccounts).Namespace);

    // People describe their own profile; Accounts/Identity applies it.
    private static IEnumerable<Type> Others =>
        Server.Except(Core).Where(type => Outermost(type) != typeof(User) && Outermost(type) != typeof(ProfileRequest));

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static IEnumerable<Type> Parts(Type type) =>
        type.GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic).SelectMany(Parts).Prepend(type);

    private static bool IsWrite(MemberInfo member) => member is MethodBase method && (IsVerb(method) || IsMade(method) || IsBulk(method));

    // Changes are property setters and void methods; all other methods of the class are queries.
    private static bool IsVerb(MethodBase method) =>
        !method.IsStatic && method is MethodInfo { ReturnType: var answer } && answer == typeof(void)
            && (method.DeclaringType == typeof(User) || method.DeclaringType == typeof(IdentityUser<Guid>));

    private static bool IsMade(MethodBase method) =>
        (method.DeclaringType == typeof(User) && (method.IsConstructor || method.Name == nameof(User.Guest)))
            || (method.DeclaringType == typeof(IdentityUserRole<Guid>) && method.IsConstructor);

    private static bool IsBulk(MethodBase method) =>
        method.Name.StartsWith("ExecuteUpdate", StringComparison.Ordinal)
            && method is MethodInfo { IsGenericMethod: true } bulk && bulk.GetGenericArguments()[0] == typeof(User);

    private static bool IsSave(MemberInfo member) =>
        member.DeclaringType == typeof(DbContext) && member.Name.StartsWith(nameof(DbContext.SaveChanges), StringComparison.Ordinal);

    private static IEnumerable<string> Written(string sql) => NewRow().IsMatch(sql)
        ? ["(a new row)"]
        : from change in Change().Matches(sql)
          from column in Column().Matches(change.Groups["list"].Value)
          select column.Groups["name"].Value;

    [GeneratedRegex(@"INSERT\s+INTO\s+(users|user_roles)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NewRow();

    [GeneratedRegex(@"UPDATE\s+users\s+(\w+\s+)?SET\s+(?<list>.*?)(\sFROM\s|\sWHERE\s|\z)",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Change();

    [GeneratedRegex(@"(^|,)\s*(?<name>\w+)\s*=", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Column();

    private static class Example
    {
        private const string Sql =
            "WITH c AS (UPDATE users u SET password_hash = replace(@hash, ' ', ''), email_confirmed = true FROM due WHERE u.id = due.id)";

        private static readonly string Built = string.Join(' ', "UPDATE users SET", "security_stamp = ''");

        public static async Task<string> WriteAsync(AuthDbContext db, User user)
        {
            user.PasswordHash = await Task.FromResult("a hash");
            user.SecurityStamp = "a stamp";
            user.Disable("for a test", null, null);
            db.UserRoles.Add(new IdentityUserRole<Guid>());
            await db.Users.ExecuteUpdateAsync(set => set.SetProperty(found => found.Email, "dana@example.com"));
            await db.SaveChangesAsync();
            return Sql + Built + "INSERT INTO users (id) VALUES (@id)";
        }
    }
}
