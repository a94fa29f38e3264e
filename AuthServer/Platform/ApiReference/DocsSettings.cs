using AuthServer.Platform.Configuration;

namespace AuthServer.Platform.ApiReference;

/// <summary>The API reference.</summary>
public sealed class DocsSettings : ISettings
{
    static string ISettings.Section => "Docs";

    /// <summary>Whether the server shows it, at <c>/docs</c>, and serves the description behind it.</summary>
    public bool Enabled { get; set; } = true;

    IEnumerable<string> ISettings.Validate() => [];
}
