namespace AuthServer.Pages;

/// <summary>The content of a page, independent of its format.</summary>
/// <param name="Language">BCP 47 tag; also determines the text direction.</param>
/// <param name="Title">The heading, and the window's title.</param>
/// <param name="Paragraphs">Plain text.</param>
/// <param name="Forms">The first is open; others may be folded.</param>
public sealed record PageContent(string Language, string Title, IReadOnlyList<string> Paragraphs, params IReadOnlyList<PageForm> Forms)
{
    /// <summary>Where to go from here, if the page is the last one.</summary>
    public PageLink? Link { get; init; }
}

/// <summary>A link that looks like a button.</summary>
public sealed record PageLink(string Label, string Url);

/// <summary>A form on a page.</summary>
/// <param name="Action">A path on this server.</param>
/// <param name="Button">The label of the submit button.</param>
/// <param name="Fields">The inputs.</param>
/// <param name="Token">The mailed token, submitted as a hidden field.</param>
/// <param name="Fault">Why the form was refused, if no single field is at fault.</param>
/// <param name="Fold">The summary the form is folded under, if it is.</param>
public sealed record PageForm(
    string Action, string Button, IReadOnlyList<PageField> Fields, string? Token = null, string? Fault = null, PageFold? Fold = null);

/// <summary>The summary line of a folded form, which few people need.</summary>
/// <param name="Line">The text to click to unfold it.</param>
/// <param name="Text">Shown above the form's fields.</param>
/// <param name="IsOpen">Whether it is unfolded initially.</param>
public sealed record PageFold(string Line, string Text, bool IsOpen);

/// <summary>An input field.</summary>
/// <param name="Name">The name it is submitted under.</param>
/// <param name="Label">The visible label.</param>
/// <param name="Type">The type of the HTML input.</param>
/// <param name="Autocomplete">What a password manager or browser may fill in.</param>
/// <param name="Hint">What to enter.</param>
/// <param name="Fault">Why the value was refused.</param>
/// <param name="Fixed">A value that is shown and cannot be changed: tells password managers whose password it is.</param>
public sealed record PageField(
    string Name, string Label, string Type, string Autocomplete, string? Hint = null, string? Fault = null, string? Fixed = null);
