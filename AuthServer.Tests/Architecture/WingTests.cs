using System.Reflection;
using System.Runtime.CompilerServices;
using AuthServer.Platform.Persistence;

namespace AuthServer.Tests.Architecture;

/// <summary>
/// The wings and the dependencies allowed between them: a wing uses the wings before it, and within a wing a leaf uses the leaves
/// before it. Leaves on the same level do not use each other.
/// </summary>
public sealed class WingTests
{
    private const string Program = "Program";

    private static readonly string[][] Wings =
    [
        ["Domain"], ["Platform"], ["AuditTrail", "Mail"], ["Sessions"], ["Accounts"], ["Compliance"], ["Staff"], ["Import"],
        ["Pages", "Cli"], [Program],
    ];

    // A wing that is not listed has no leaves. The root of a wing, with its log messages for example, can be used by all of its
    // leaves.
    private static readonly Dictionary<string, string[][]> Leaves = new(StringComparer.Ordinal)
    {
        ["Platform"] =
        [
            ["Configuration", "Jobs"], ["Persistence"], ["Cryptography"], ["Web"], ["Authorization"], ["RateLimiting"],
            ["ApiReference", "Telemetry"],
        ],
        ["Mail"] = [["Transport"], ["Texts"], ["Outbox"]],
        ["Sessions"] = [["SigningKeys"], ["ApiKeys", "Revocation"], ["AccessTokens"], ["Refresh"]],
        ["Accounts"] =
        [
            ["Credentials"], ["Identity"], ["EmailAddresses", "Passwords", "Profile", "Registration", "SignIn"],
        ],
        ["Compliance"] = [["Erasure"], ["DataRights"]],
        ["Staff"] =
        [
            ["Access"], ["Users"], ["ApiKeys", "AuditSearch", "Invitations", "Physicians", "Statistics", "Support", "Tenants"],
        ],
    };

    private static readonly Type[] Types =
        [.. typeof(AuthDbContext).Assembly.GetTypes().Where(type => IsOurs(type) || type.Name == Program)];

    public static TheoryData<string> Rooms =>
        new(Types.Select(type => RoomOf(type).ToString()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_uses_only_what_stands_before_it(string room)
    {
        var arrows =
            from type in Types
            where RoomOf(type).ToString() == room
            from used in References.Of(type)
            where used.Assembly == type.Assembly && IsOurs(used) && !MayUse(RoomOf(type), RoomOf(used)) && !IsContents(type)
            select $"{Shown(type)} uses {Shown(used)}";

        arrows.Distinct(StringComparer.Ordinal).Should().BeEmpty();
    }

    [Fact]
    public void Every_type_of_the_server_has_its_place_in_a_wing_and_a_leaf() =>
        Types.Where(type => type.GetCustomAttribute<CompilerGeneratedAttribute>() is null && !type.Name.StartsWith('<'))
            .Where(type => RowOf(Wings, RoomOf(type).Wing) < 0
                || (Leaves.TryGetValue(RoomOf(type).Wing, out var leaves) && RoomOf(type).Leaf is { } leaf && RowOf(leaves, leaf) < 0))
            .Select(Shown).Should().BeEmpty();

    // Makes sure that the tests above would find something.
    [Fact]
    public void Method_bodies_are_looked_into()
    {
        References.Of(typeof(Example)).Should()
            .Contain([typeof(System.Text.StringBuilder), typeof(System.Net.IPAddress), typeof(Lazy<Version>), typeof(Version)]);
        References.Of(typeof(Example)).Should().NotContain(typeof(Uri));
    }

    private static bool MayUse(Room from, Room used)
    {
        if (from.Wing != used.Wing)
        {
            return RowOf(Wings, used.Wing) is >= 0 and var row && row < RowOf(Wings, from.Wing);
        }

        return from.Leaf == used.Leaf || used.Leaf is null
            || (from.Leaf is not null && RowOf(Leaves[from.Wing], used.Leaf) < RowOf(Leaves[from.Wing], from.Leaf));
    }

    // A wing's registration, such as Staff/StaffWing, which adds and maps its leaves.
    private static bool IsContents(Type type) => type.Name == $"{RoomOf(type).Wing}Wing";

    private static Room RoomOf(Type type)
    {
        var parts = type.Namespace?.Split('.') ?? [];
        var wing = parts.ElementAtOrDefault(1) ?? Program;
        return new(wing, Leaves.ContainsKey(wing) ? parts.ElementAtOrDefault(2) : null);
    }

    private static bool IsOurs(Type type) => type.Namespace?.StartsWith("AuthServer", StringComparison.Ordinal) == true;

    private static int RowOf(string[][] rows, string name) => Array.FindIndex(rows, row => row.Contains(name));

    private static string Shown(Type type) => (type.FullName ?? type.Name).Split('+', '`')[0];

    private sealed record Room(string Wing, string? Leaf)
    {
        public override string ToString() => Leaf is null ? Wing : $"{Wing}/{Leaf}";
    }

    private static class Example
    {
        public static object Make(int number)
        {
            object text = number switch
            {
                1 => "one",
                2 => "two",
                3 => "three",
                4 => "four",
                5 => "five",
                6 => "six",
                7 => "seven",
                _ => 8L,
            };
            var local = new Lazy<Version>();
            return number > 5 ? new System.Text.StringBuilder().Append(System.Net.IPAddress.Loopback).Append(text) : local;
        }
    }
}
