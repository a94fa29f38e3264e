using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace AuthServer.Platform.Web;

/// <summary>
/// Renders Razor components as text, for mails and pages. Components get their data as parameters and have no other services.
/// </summary>
internal sealed class ComponentRenderer(ILoggerFactory loggers) : IAsyncDisposable
{
    // The default would encode each Hebrew letter as seven characters.
    private readonly ServiceProvider _services = new ServiceCollection().AddSingleton(HtmlEncoder.Create(UnicodeRanges.All))
        .BuildServiceProvider();

    public async Task<string> RenderAsync<T>(IDictionary<string, object?> parameters) where T : IComponent
    {
        // One for each document, because it keeps what it has rendered.
        await using var renderer = new HtmlRenderer(_services, loggers);
        return await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<T>(ParameterView.FromDictionary(parameters))).ToHtmlString());
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
