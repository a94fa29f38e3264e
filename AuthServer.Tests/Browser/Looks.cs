using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;

namespace AuthServer.Tests.Browser;

/// <summary>Measures the layout and the legibility of a page.</summary>
internal static class Looks
{
    // WCAG 2.2 success criterion 1.4.3; large text is 18 pt, or 14 pt bold.
    private const double Enough = 4.5;

    private const string Overflow = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth";

    // Each text with its colour and the first background behind it that is not transparent.
    private const string Colours = """
        () => {
          const found = [];
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const element = walker.currentNode.parentElement;
            if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
            let ground = element;
            while (ground && /, 0\)$|^transparent$/.test(getComputedStyle(ground).backgroundColor)) ground = ground.parentElement;
            found.push([walker.currentNode.data.trim().slice(0, 40), getComputedStyle(element).color,
              ground ? getComputedStyle(ground).backgroundColor : 'rgb(255, 255, 255)']);
          }
          return found;
        }
        """;

    /// <summary>Horizontal overflow in pixels.</summary>
    public static Task<int> OverflowAsync(IPage page) => page.EvaluateAsync<int>(Overflow);

    /// <summary>Texts with insufficient contrast by WCAG's measure.</summary>
    public static async Task<IReadOnlyList<string>> FaintAsync(IPage page)
    {
        var found = (await page.EvaluateAsync<JsonElement>(Colours))
            .EnumerateArray()
            .Select(entry => entry.EnumerateArray().Select(part => part.GetString()!).ToArray())
            .ToList();
        found.Should().NotBeEmpty();
        return [.. found.Where(text => Contrast(Luminance(text[1]), Luminance(text[2])) < Enough).Select(text => string.Join(" / ", text))];
    }

    private static double Contrast(double one, double other) => (Math.Max(one, other) + 0.05) / (Math.Min(one, other) + 0.05);

    private static double Luminance(string rgb)
    {
        var parts = rgb[(rgb.IndexOf('(', StringComparison.Ordinal) + 1)..^1]
            .Split(',')
            .Take(3)
            .Select(part => int.Parse(part, CultureInfo.InvariantCulture) / 255.0)
            .Select(part => part <= 0.04045 ? part / 12.92 : Math.Pow((part + 0.055) / 1.055, 2.4)).ToArray();
        return (0.2126 * parts[0]) + (0.7152 * parts[1]) + (0.0722 * parts[2]);
    }
}
