using System.Collections;
using System.Globalization;
using System.Reflection;
using AuthServer.Platform.Configuration;
using AuthServer.Platform.Persistence;
using AuthServer.Tests.Infrastructure;
using Microsoft.Extensions.Configuration;

namespace AuthServer.Tests.Platform.Configuration;

/// <summary>A setting's class, appsettings.json and docs/configuration.md must agree.</summary>
public sealed class SettingsDocumentTests
{
    private static readonly IConfiguration Shipped =
        new ConfigurationBuilder().AddJsonFile(Path.Combine(Repository.Root, "appsettings.json")).Build();

    private static readonly Dictionary<string, string[]> Rows = Repository.Read("docs/configuration.md").Split('\n')
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        .Select(line => line.Trim('|', ' ').Split(" | ").Select(cell => cell.Trim()).ToArray())
        .Where(cells => cells[0].Contains(':', StringComparison.Ordinal))
        .ToDictionary(cells => cells[0].Trim('`'), StringComparer.Ordinal);

    private static readonly Dictionary<string, Setting> Settings = typeof(AuthDbContext).Assembly.GetTypes()
        .Where(type => type.IsClass && type.IsAssignableTo(typeof(ISettings)))
        .SelectMany(type => Leaves(Activator.CreateInstance(type)!, SectionOf(type)))
        .ToDictionary(setting => setting.Key, StringComparer.Ordinal);

    public static TheoryData<string> Keys => new(Settings.Keys);

    [Theory]
    [MemberData(nameof(Keys))]
    public void Each_setting_stands_in_appsettings_with_its_default(string key)
    {
        var section = Shipped.GetSection(key);

        section.Exists().Should().BeTrue("{0} is a setting", key);
        (section.Value ?? string.Join(", ", section.GetChildren().Select(item => item.Value))).Should()
            .BeEquivalentTo(Settings[key].Default);
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Each_setting_has_a_row_in_the_document_with_its_variable_and_default(string key)
    {
        Rows.Should().ContainKey(key);
        var row = Rows[key];
        row.Should().HaveCount(4);
        var variable = key.Replace(":", "__", StringComparison.Ordinal) + (Settings[key].IsList ? "__0" : "");
        row[1].Should().Be($"`{EnvironmentAliases.VariableFor(key) ?? variable}`");
        row[2].Should().Be(Settings[key].Default.Length == 0 ? "none" : $"`{Settings[key].Default}`");
        row[3].Should().EndWith(".");
    }

    [Fact]
    public void Appsettings_and_the_document_have_no_setting_that_is_gone()
    {
        var sections = Settings.Keys.Select(key => key.Split(':')[0]).Distinct(StringComparer.Ordinal).ToList();

        sections.SelectMany(section => Shipped.GetSection(section).AsEnumerable())
            .Where(pair => pair.Value is not null).Select(pair => WithoutIndex(pair.Key)).Should().BeSubsetOf(Settings.Keys);
        Rows.Keys.Should().BeEquivalentTo(Settings.Keys);
    }

    private static IEnumerable<Setting> Leaves(object settings, string path)
    {
        foreach (var property in settings.GetType().GetProperties())
        {
            var (key, value) = ($"{path}:{property.Name}", property.GetValue(settings));
            if (value is not (null or string or IEnumerable) && value.GetType().IsClass)
            {
                foreach (var leaf in Leaves(value, key))
                {
                    yield return leaf;
                }
            }
            else
            {
                yield return new(key, Text(Effective(settings, property) ?? value), value is ICollection);
            }
        }
    }

    // A list cannot have defaults of its own, because the binder would add to them.
    private static object? Effective(object settings, PropertyInfo property) =>
        property.GetValue(settings) is ICollection { Count: 0 }
            ? settings.GetType().GetProperty(
                $"Effective{property.Name}", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(settings)
            : null;

    private static string Text(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        string text => text,
        IEnumerable items => string.Join(", ", items.Cast<object>().Select(Text)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string SectionOf(Type type) =>
        (string)type.GetInterfaceMap(typeof(ISettings)).TargetMethods.Single(method => method.IsStatic).Invoke(null, null)!;

    private static string WithoutIndex(string key) =>
        key[(key.LastIndexOf(':') + 1)..].All(char.IsAsciiDigit) ? key[..key.LastIndexOf(':')] : key;

    private sealed record Setting(string Key, string Default, bool IsList);
}
