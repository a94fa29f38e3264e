namespace AuthServer.Platform.Web;

/// <summary>What the validation of a field demands, for the description.</summary>
internal sealed record FieldRule
{
    public int? MinLength { get; init; }

    public int? MaxLength { get; init; }

    public string? Format { get; init; }

    public string? Pattern { get; init; }

    public IReadOnlyList<string>? Values { get; init; }

    public int? Least { get; init; }

    public int? Most { get; init; }

    /// <summary>Whether null is a value of its own.</summary>
    public bool MayBeNull { get; init; }

    /// <summary>Whether it may be left out, although its absence is what a request without any field is told about.</summary>
    public bool HasAlternative { get; init; }
}
