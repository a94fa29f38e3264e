using System.Reflection;
using AuthServer.Cli;
using AuthServer.Mail;
using AuthServer.Platform.Jobs;
using AuthServer.Platform.Persistence;
using AuthServer.Staff.Access;
using AuthServer.Staff.Physicians;
using AuthServer.Staff.Users;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AuthServer.Tests.Architecture;

/// <summary>
/// Staff of a tenant must not see rows outside of it. Code that acts for others accesses rows through
/// <c>Staff/Access/StaffScope</c>, which applies the tenant. This test fails if it queries a table of the context directly, or
/// contains SQL.
/// </summary>
public sealed class StaffScopeTests
{
    private static readonly string[] Slices = ["Users", "Support", "Tenants", "Physicians", "ApiKeys", "Auditing"];

    // Not on behalf of staff: the command line, mails to the person, jobs for all accounts, and people's own data. A physician's
    // own profile is found by the token; the list of available physicians is for patients, limited to the tenant of their token.
    private static readonly Type[] ForNobody = [typeof(AdminCreation), typeof(OwnRecord), typeof(OwnPhysician), typeof(AvailabilityList)];

    [Fact]
    [Trait("ASVS", "8.4.1")]
    public void Staff_routes_get_at_rows_through_their_reach_alone()
    {
        var past =
            from type in Types()
            from member in References.MembersUsedBy(type)
            where IsTable(member) || IsSql(member)
            select $"{type.FullName} uses {member.DeclaringType!.Name}.{member.Name}";

        past.Distinct(StringComparer.Ordinal).Should().BeEmpty();
    }

    // A route that used it would make every caller a platform administrator.
    [Fact]
    [Trait("ASVS", "8.2.1")]
    public void The_operators_reach_is_the_command_lines_alone()
    {
        var users =
            from type in typeof(AuthDbContext).Assembly.GetTypes()
            where References.MembersUsedBy(
                type).Any(member => member is { Name: nameof(StaffScope.ForOperator) } or { Name: "get_Operator" })
            select type.FullName!.Split('+')[0];

        users
            .Distinct(StringComparer.Ordinal)
            .Should()
            .BeEquivalentTo(typeof(AccountSelector).FullName, typeof(StaffScope).FullName, typeof(StaffMember).FullName);
    }

    // Makes sure that the test above would find something.
    [Fact]
    public void A_table_asked_for_in_an_asynchronous_query_is_seen() =>
        Nested(typeof(Example)).SelectMany(References.MembersUsedBy).Count(IsTable).Should().BeGreaterThanOrEqualTo(2);

    private static IEnumerable<Type> Types() =>
        from type in typeof(AuthDbContext).Assembly.GetTypes()
        where !type.IsNested && Slices.Contains(type.Namespace?.Split('.').ElementAtOrDefault(1))
        where !ForNobody.Contains(type) && !type.IsAssignableTo(typeof(IMailWriter)) && !type.IsAssignableTo(typeof(PeriodicJob))
        from part in Nested(type)
        select part;

    private static IEnumerable<Type> Nested(Type type) =>
        type.GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic).SelectMany(Nested).Prepend(type);

    private static bool IsTable(MemberInfo member) =>
        member is MethodInfo { ReturnType: { IsGenericType: true } made } && made.GetGenericTypeDefinition() == typeof(DbSet<>);

    private static bool IsSql(MemberInfo member) =>
        member is MethodBase
            && (member.DeclaringType == typeof(NpgsqlDataSource)
                || member.DeclaringType == typeof(NpgsqlConnection)
                || member.DeclaringType == typeof(NpgsqlBatchCommand)
                || member.DeclaringType == typeof(SqlStep)
                || member.DeclaringType == typeof(RowLock)
            || (member.DeclaringType == typeof(RelationalDatabaseFacadeExtensions)
                && member.Name.Contains("Sql", StringComparison.Ordinal)));

    private static class Example
    {
        public static async Task<int> CountAsync(AuthDbContext db)
        {
            var people = await db.Users.CountAsync(user => db.Tenants.Any(tenant => tenant.Id == user.Id));
            return people;
        }
    }
}
