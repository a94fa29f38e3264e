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
/// Staff of a tenant must not see past it. The slices that act for others get at rows through <c>Staff/Access/StaffScope</c>, which
/// knows the tenant; what asks a table of the context, or speaks SQL, does not get past here unnoticed.
/// </summary>
public sealed class StaffScopeTests
{
    private static readonly string[] Slices = ["Users", "Support", "Tenants", "Physicians", "ApiKeys", "Auditing"];

    // Not on behalf of a member of staff: the command line, mails to the person, what is done for everybody, and what people read
    // of themselves. A physician's own profile is theirs by the token; whom anybody can turn to is for patients, by the tenant of theirs.
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

    // A route that had it would make everybody an administrator of the platform.
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

    // Without this, the test above could pass because it sees nothing.
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
