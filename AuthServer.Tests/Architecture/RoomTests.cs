using System.Runtime.CompilerServices;
using AuthServer.Data;

namespace AuthServer.Tests.Architecture;

/// <summary>The rooms of the house and the arrows between them: each may use what stands in the rows above, and nothing else.</summary>
public sealed class RoomTests
{
    private const string Program = "Program";

    private static readonly string[][] Rows =
    [
        ["Domain"],
        ["Data"],
        ["Http"],
        ["Audit", "Email", "Credentials"],
        ["Tokens"],
        ["Sessions"],
        ["Accounts"],
        ["Erasure", "Staff"],
        ["Registration", "SignIn", "Passwords", "EmailVerification", "Profile", "Users", "Support", "Tenants", "Physicians", "ApiKeys", "Auditing", "DataRights", "Import"],
        ["Pages", "Cli"],
        [Program],
    ];

    private static readonly Type[] Types =
        [.. typeof(AuthDbContext).Assembly.GetTypes().Where(type => type.Namespace?.StartsWith("AuthServer", StringComparison.Ordinal) == true || type.Name == Program)];

    public static TheoryData<string> Rooms => new(Types.Select(RoomOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_uses_only_rooms_that_stand_before_it(string room)
    {
        var row = RowOf(room);
        row.Should().BeGreaterThanOrEqualTo(0, "{0} needs a place among the rooms", room);

        var arrows =
            from type in Types
            where RoomOf(type) == room
            from used in References.Of(type)
            where used.Assembly == type.Assembly && used.Namespace?.StartsWith("AuthServer", StringComparison.Ordinal) == true
            where RoomOf(used) != room && RowOf(RoomOf(used)) >= row
            select $"{Shown(type)} uses {Shown(used)}";

        arrows.Distinct(StringComparer.Ordinal).Should().BeEmpty();
    }

    [Fact]
    public void Every_type_of_the_server_lives_in_a_room() =>
        typeof(AuthDbContext).Assembly.GetTypes()
            .Where(type => type.Namespace is null or "AuthServer" && type.Name != Program && !type.IsNested && type.GetCustomAttributes(typeof(CompilerGeneratedAttribute), false).Length == 0)
            .Select(type => type.Name).Where(name => !name.StartsWith('<')).Should().BeEmpty();

    // Without this, the tests above could pass because they see nothing.
    [Fact]
    public void Method_bodies_are_looked_into()
    {
        References.Of(typeof(Example)).Should().Contain([typeof(System.Text.StringBuilder), typeof(System.Net.IPAddress), typeof(Lazy<Version>), typeof(Version)]);
        References.Of(typeof(Example)).Should().NotContain(typeof(Uri));
    }

    private static string RoomOf(Type type) => type.Namespace?.Split('.').ElementAtOrDefault(1) ?? Program;

    private static int RowOf(string room) => Array.FindIndex(Rows, row => row.Contains(room));

    private static string Shown(Type type) => (type.FullName ?? type.Name).Split('+', '`')[0];

    private static class Example
    {
        public static object Make(int number)
        {
            object text = number switch { 1 => "one", 2 => "two", 3 => "three", 4 => "four", 5 => "five", 6 => "six", 7 => "seven", _ => 8L };
            var local = new Lazy<Version>();
            return number > 5 ? new System.Text.StringBuilder().Append(System.Net.IPAddress.Loopback).Append(text) : local;
        }
    }
}
