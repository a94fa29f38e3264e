namespace AuthServer.Import;

/// <summary>What is reported while an import runs.</summary>
internal sealed class ImportWatch
{
    /// <summary>How many rows there are, and which columns nothing is taken from.</summary>
    public Action<long, IReadOnlyList<string>> Begun { get; init; } = static (_, _) => { };

    /// <summary>What became of a row; with a real run it is written by then.</summary>
    public Action<RowResult> Provided { get; init; } = static _ => { };
}
