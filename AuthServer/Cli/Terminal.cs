namespace AuthServer.Cli;

/// <summary>The streams of one run, passed in so that many runs in one process do not share a console.</summary>
internal sealed record Terminal(TextReader In, TextWriter Out, TextWriter Error)
{
    public required Func<Stream> OpenOut { get; init; }

    /// <summary>Whether nobody can answer a question.</summary>
    public bool IsInputRedirected { get; init; }

    /// <summary>Whether nobody is watching.</summary>
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
