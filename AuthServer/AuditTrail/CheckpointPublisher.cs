using System.Text;

namespace AuthServer.AuditTrail;

/// <summary>Copies each new head out of the database: to the log, and to a file if one is configured.</summary>
internal sealed class CheckpointPublisher(AuditSettings settings, ILogger<CheckpointPublisher> logger)
{
    public async Task KeepAsync(AuditCheckpoint head)
    {
        var line = head.ToJson();
        Log.Sealed(logger, line);
        if (string.IsNullOrEmpty(settings.HeadFile))
        {
            return;
        }

        try
        {
            await using var file = new FileStream(settings.HeadFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
            await file.WriteAsync(Encoding.UTF8.GetBytes(line + '\n'));
            file.Flush(flushToDisk: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Keep sealing: the next head covers this one as well.
            Log.HeadNotKept(logger, head.Seal, exception.Message);
        }
    }
}
