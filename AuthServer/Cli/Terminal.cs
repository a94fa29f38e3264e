namespace AuthServer.Cli;

/// <summary>
/// Where a run of the program reads and writes: handed in, so that many can run in one process without hearing each other.
/// </summary>
internal sealed record Terminal(TextReader In, TextWriter Out, TextWriter Error)
{
    /// <summary>Standard output as bytes.</summary>
    public required Func<Stream> OpenOut { get; init; }

    /// <summary>Nobody is there to answer a question.</summary>
    public bool IsInputRedirected { get; init; }

    /// <summary>Nobody watches.</summary>
    public bool IsOutputRedirected { get; init; }

#pragma warning disable RS0030 // This is where it comes from.
    public static Terminal OfProcess() => new(Console.In, Console.Out, Console.Error)
    {
        OpenOut = Console.OpenStandardOutput,
        IsInputRedirected = Console.IsInputRedirected,
        IsOutputRedirected = Console.IsOutputRedirected || Console.IsErrorRedirected,
    };
#pragma warning restore RS0030
}
