using Microsoft.Extensions.Options;

namespace AuthServer.Platform.Configuration;

/// <summary>A section of the configuration with defaults and validation.</summary>
internal interface ISettings
{
    static abstract string Section { get; }

    /// <summary>The errors in the section, each naming the key and the remedy.</summary>
    IEnumerable<string> Validate();
}

internal static class SettingsRegistration
{
    /// <summary>Binds a section, refuses unknown keys, and validates it before the server starts.</summary>
    public static void AddSettings<T>(this IHostApplicationBuilder builder) where T : class, ISettings
    {
        var section = builder.Configuration.GetSection(T.Section);
        builder.Services.AddOptions<T>().Bind(section, binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        builder.Services.AddSingleton(SettingsCheck.Of<T>(section));
        builder.Services.AddSingleton<IValidateOptions<T>, Validator<T>>();
        builder.Services.AddSingleton(services => services.GetRequiredService<IOptions<T>>().Value);
    }

    private sealed class Validator<T> : IValidateOptions<T> where T : class, ISettings
    {
        public ValidateOptionsResult Validate(string? name, T options) =>
            options.Validate().ToList() is { Count: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }
}
