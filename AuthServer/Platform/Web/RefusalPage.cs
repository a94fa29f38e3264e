namespace AuthServer.Platform.Web;

/// <summary>Shows errors as pages instead of problem details, under one path that people rather than apps visit.</summary>
internal sealed record RefusalPage(PathString Under, Func<HttpContext, ErrorCode, Task> ShowAsync);
