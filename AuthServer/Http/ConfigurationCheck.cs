using Microsoft.Extensions.Options;

namespace AuthServer.Http;

/// <summary>Looks at every section at once, so that nobody has to start the server five times to find five mistakes.</summary>
internal static class ConfigurationCheck
{
    public static IReadOnlyList<string> Faults(IServiceProvider services)
    {
        try
        {
            services.GetRequiredService<IStartupValidator>().Validate();
            return [];
        }
        catch (AggregateException exception)
        {
            return [.. exception.InnerExceptions.SelectMany(Messages)];
        }
        catch (Exception exception) when (exception is OptionsValidationException or InvalidOperationException)
        {
            return [.. Messages(exception)];
        }
    }

    // What the binder cannot read, or does not know, it names by section and key.
    private static IEnumerable<string> Messages(Exception exception) =>
        exception is OptionsValidationException validation ? validation.Failures : [exception.Message];
}
