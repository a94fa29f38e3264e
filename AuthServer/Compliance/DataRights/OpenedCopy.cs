using System.Data;
using System.IO.Pipelines;
using System.Text.Json;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.RateLimiting;
using AuthServer.Platform.Web;
using Npgsql;

namespace AuthServer.Compliance.DataRights;

/// <summary>A copy that is read from one database snapshot.</summary>
internal sealed class OpenedCopy(NpgsqlConnection connection, ExportConcurrency.Slot slot, DateTimeOffset now) : IAsyncDisposable
{
    private const int FlushedAt = 16 * 1024;
    private const long MostOnDisk = 1L << 30;

    private static readonly JsonWriterOptions Written = new() { Encoder = JsonRegistration.Readable, SkipValidation = true };

    private NpgsqlTransaction? _snapshot;
    private long _flushed;

    public NpgsqlConnection Connection => connection;

    public ExportParameters Parameters { get; set; } = null!;

    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        _snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "SET TRANSACTION READ ONLY; SET LOCAL TimeZone = 'UTC'";
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Holds only a few rows in memory, however many there are.</summary>
    public async Task WriteAsync(PipeWriter to, CancellationToken cancellationToken)
    {
        await using var json = new Utf8JsonWriter(to, Written);
        json.WriteStartObject();
        json.WriteString("exported_at", UtcTimes.Write(now));
        json.WritePropertyName(ExportSections.Account.Name);
        await WriteRowsAsync(ExportSections.Account, json, to, cancellationToken);
        foreach (var section in ExportSections.Lists)
        {
            json.WriteStartArray(section.Name);
            await WriteRowsAsync(section, json, to, cancellationToken);
            json.WriteEndArray();
        }

        json.WriteStartObject("left_out");
        foreach (var (what, why) in ExportSections.LeftOut)
        {
            json.WriteString(what, why);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
        await to.FlushAsync(cancellationToken);
    }

    /// <summary>Returns snapshot, connection and place, when everything is read from the database.</summary>
    public async Task CloseAsync()
    {
        await (_snapshot?.DisposeAsync() ?? ValueTask.CompletedTask);
        await connection.DisposeAsync();
        slot.FreePlace();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        slot.Dispose();
    }

    private async Task WriteRowsAsync(ExportSection section, Utf8JsonWriter json, PipeWriter to, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT row_to_json(found)::text FROM ({section.Sql}) found";
        command.Add("user", Parameters.UserId);
        command.Add("addresses", Parameters.Addresses);
        command.Add("names", Parameters.Names);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            json.WriteRawValue(UtcTimes.Rewrite(row.GetString(0)), skipInputValidation: true);
            // Count committed bytes too: the JSON writer hands full buffers to the pipe, which would otherwise hold the whole copy.
            if (json.BytesCommitted + json.BytesPending - _flushed >= FlushedAt)
            {
                json.Flush();
                _flushed = json.BytesCommitted < MostOnDisk ? json.BytesCommitted : throw new IOException("The copy is too large.");
                await to.FlushAsync(cancellationToken);
            }
        }
    }
}
