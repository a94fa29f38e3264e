namespace AuthServer.Pages;

/// <summary>What a page says, before it has a form.</summary>
/// <param name="Language">BCP 47 tag of the text; decides the direction, too.</param>
/// <param name="Title">The heading, and the name of the window.</param>
/// <param name="Paragraphs">The text.</param>
/// <param name="Forms">What can be sent; the first is open, others may be folded.</param>
public sealed record PageContent(string Language, string Title, IReadOnlyList<string> Paragraphs, params IReadOnlyList<PageForm> Forms);

/// <summary>Something a person can send.</summary>
/// <param name="Action">Where to, on this server.</param>
/// <param name="Button">What sending does.</param>
/// <param name="Fields">What to fill in.</param>
/// <param name="Token">The mailed token, to be sent along.</param>
/// <param name="Fault">Why it was refused, where no single field is to blame.</param>
/// <param name="Fold">What the form is folded under.</param>
public sealed record PageForm(
    string Action, string Button, IReadOnlyList<PageField> Fields, string? Token = null, string? Fault = null, PageFold? Fold = null);

/// <summary>The line a form is folded under, because few people need it.</summary>
/// <param name="Line">What to press to see it.</param>
/// <param name="Text">What stands above its fields.</param>
/// <param name="IsOpen">Whether it is seen at once.</param>
public sealed record PageFold(string Line, string Text, bool IsOpen);

/// <summary>One thing to fill in.</summary>
/// <param name="Name">As the form sends it.</param>
/// <param name="Label">As people read it.</param>
/// <param name="Type">The input's type.</param>
/// <param name="Autocomplete">What a password manager or browser may fill in.</param>
/// <param name="Hint">What is wanted.</param>
/// <param name="Fault">Why it was refused.</param>
public sealed record PageField(string Name, string Label, string Type, string Autocomplete, string? Hint = null, string? Fault = null);
