namespace AuthServer.Import;

/// <summary>Callbacks to report on a running import.</summary>
internal sealed class ImportWatch
{
    /// <summary>Called with the number of rows and the unused columns.</summary>
    public Action<long, IReadOnlyList<string>> Begun { get; init; } = static (_, _) => { };

    /// <summary>Called with the outcome of a row; outside a dry run it has been written by then.</summary>
    public Action<RowResult> Provided { get; init; } = static _ => { };
}
