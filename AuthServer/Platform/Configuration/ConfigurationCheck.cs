using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace AuthServer.Platform.Configuration;

/// <summary>Checks all sections at once, so that nobody has to start the server five times to find five mistakes.</summary>
internal static class ConfigurationCheck
{
    public static IReadOnlyList<string> Faults(IServiceProvider services) =>
        [.. FaultsOfTheMachine(), .. services.GetServices<SettingsCheck>().SelectMany(check => check.Faults(services))];

    // Without ICU, addresses that differ in case alone would be two accounts, and passwords would not be normalised.
    private static IEnumerable<string> FaultsOfTheMachine() =>
        new IdnMapping().GetAscii("BÜCHER.example") == new IdnMapping().GetAscii("bücher.example")
            ? []
            : ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT is on, so that one address in two spellings would be two accounts. Unset it, and "
                + "install ICU (the package libicu)."];

    /// <summary>What is no mistake by itself, but often is one where the server is used.</summary>
    public static IEnumerable<string> Hints(IServiceProvider services)
    {
        var server = services.GetRequiredService<ServerSettings>();
        if (server is { IsPublic: true, TrustedProxies.Count: 0 })
        {
            yield return "Server:TrustedProxies is empty. Behind a proxy that ends TLS, all clients have its address, and the failures of "
                + "one lock out all: name it, for example Server__TrustedProxies__0=10.0.0.7.";
        }
    }

    /// <summary>
    /// Finds what the binder would fail on: unknown keys and values that cannot be parsed. The binder would stop at the first, and
    /// show the value, which may be a misplaced secret.
    /// </summary>
    public static IEnumerable<string> Unreadable(IConfigurationSection section, Type type)
    {
        var known = type.GetProperties().ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
        // At the top it is a variable of somebody else's, such as EMAIL or SERVER, in an environment that is not ours alone.
        if (section.Value is { Length: > 0 } && section.Path.Contains(':', StringComparison.Ordinal))
        {
            yield return $"{section.Path} is a section. Set one of its keys: {string.Join(", ", known.Keys)}.";
        }

        foreach (var child in section.GetChildren())
        {
            if (!known.TryGetValue(child.Key, out var property))
            {
                yield return $"{child.Path} is not known. Known in {section.Path}: {string.Join(", ", known.Keys)}.";
            }
            else
            {
                foreach (var fault in UnreadableValue(child, property))
                {
                    yield return fault;
                }
            }
        }
    }

    private static IEnumerable<string> UnreadableValue(IConfigurationSection value, PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (type != typeof(string) && type.IsAssignableTo(typeof(IEnumerable)))
        {
            var element = type.GetGenericArguments()[0];
            return value.Value is { Length: > 0 }
                ? [$"{Names(value.Path)} is a list. Set {value.Path.Replace(":", "__", StringComparison.Ordinal)}__0 and so on."]
                : value.GetChildren().Where(item => !CanRead(item.Value, element)).Select(item => Unread(item.Path, element));
        }

        return type.IsClass && type != typeof(string) ? Unreadable(value, type)
            : CanRead(value.Value, type) && !value.GetChildren().Any() ? []
            : [Unread(value.Path, type)];
    }

    // The binder ignores the case of enum names; the converter does not.
    private static bool CanRead(string? text, Type type) => type == typeof(string)
        || (text is not null
            && (type.IsEnum
                ? Enum.GetNames(type).Contains(text, StringComparer.OrdinalIgnoreCase)
                : TypeDescriptor.GetConverter(type).IsValid(text)));

    private static string Unread(string path, Type type) => $"{Names(path)} cannot be read. Give {Wanted(type)}.";

    private static string Names(string path) => EnvironmentAliases.VariableFor(path) is { } variable ? $"{path} ({variable})" : path;

    private static string Wanted(Type type) =>
        type == typeof(TimeSpan) ? "a time as [days.]hours:minutes:seconds, for example 00:10:00"
        : type == typeof(bool) ? "true or false"
        : type.IsEnum ? string.Join(" or ", Enum.GetNames(type))
        : type == typeof(string) ? "one text"
        : "a whole number";
}

internal sealed record SettingsCheck(Func<IServiceProvider, IEnumerable<string>> Faults)
{
    public static SettingsCheck Of<T>(IConfigurationSection section) where T : class => new(services =>
    {
        if (ConfigurationCheck.Unreadable(section, typeof(T)).ToList() is { Count: > 0 } unreadable)
        {
            return unreadable;
        }

        try
        {
            _ = services.GetRequiredService<IOptions<T>>().Value;
            return [];
        }
        catch (OptionsValidationException exception)
        {
            return exception.Failures;
        }
    });
}
