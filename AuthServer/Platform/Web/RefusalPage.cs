namespace AuthServer.Platform.Web;

/// <summary>How a refusal is shown where a person sees it, and no app: under one path, as a page instead of problem details.</summary>
internal sealed record RefusalPage(PathString Under, Func<HttpContext, ErrorCode, Task> ShowAsync);
