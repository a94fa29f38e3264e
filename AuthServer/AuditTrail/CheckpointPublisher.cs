using System.Text;

namespace AuthServer.AuditTrail;

/// <summary>Brings each new head out of the database: into the log, and into a file where there is one.</summary>
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
            // Sealing goes on: the next head vouches for this one as well.
            Log.HeadNotKept(logger, head.Seal, exception);
        }
    }
}
