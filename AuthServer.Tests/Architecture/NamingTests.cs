using System.Reflection;
using System.Runtime.CompilerServices;
using AuthServer.Migrations;
using AuthServer.Platform.Persistence;
using Microsoft.Extensions.Logging;

namespace AuthServer.Tests.Architecture;

public sealed class NamingTests
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Assembly Server = typeof(AuthDbContext).Assembly;
    private static readonly Assembly Tests = typeof(NamingTests).Assembly;

    [Fact]
    public void No_type_has_a_name_that_says_nothing()
    {
        string[] empty = ["Manager", "Helper", "Helpers", "Util", "Utils", "Common", "Base", "Impl"];

        new[] { Server, Tests, typeof(DatabaseMigration).Assembly }.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.GetCustomAttribute<CompilerGeneratedAttribute>() is null
                && type.Namespace?.StartsWith("AuthServer", StringComparison.Ordinal) == true)
            .Select(type => type.Name.Split('`')[0]).Where(name => empty.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal)))
            .Should().BeEmpty();
    }

    [Fact]
    public void The_name_of_each_test_is_a_sentence()
    {
        var tests = Tests
            .GetTypes()
            .SelectMany(type => type.GetMethods(All))
            .Where(method => method.GetCustomAttributes<FactAttribute>().Any())
            .Select(method => method.Name)
            .ToList();

        tests.Should().HaveCountGreaterThan(50).And.AllSatisfy(name => name.Should().MatchRegex("^[A-Z][A-Za-z0-9]*(_[A-Za-z0-9]+){2,}$"));
    }

    [Fact]
    public void Each_log_event_has_a_number_of_its_own()
    {
        var numbers = Server
            .GetTypes()
            .SelectMany(type => type.GetMethods(All))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()?.EventId)
            .OfType<int>()
            .ToList();

        numbers.Should().NotBeEmpty().And.OnlyHaveUniqueItems().And.OnlyContain(number => number >= 1000);
    }

    [Fact]
    public void Each_test_class_is_named_after_its_subject()
    {
        Tests
            .GetTypes()
            .Where(type => !type.IsNested && type.GetMethods(All).Any(method => method.GetCustomAttributes<FactAttribute>().Any()))
            .Select(type => type.Name).Should().AllSatisfy(name => name.Should().EndWith("Tests"));
    }
}
