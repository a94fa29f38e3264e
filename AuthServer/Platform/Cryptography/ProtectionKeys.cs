using System.Data.Common;
using System.Xml.Linq;
using AuthServer.Platform.Persistence;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AuthServer.Platform.Cryptography;

/// <summary>
/// Stores the Data Protection key ring, which protects Identity's mailed tokens, in the database: every replica can read the tokens
/// of every other, and the stored keys are useless without the root secret.
/// </summary>
internal static class ProtectionKeys
{
    private const string Wrapped = "wrapped";
    private static readonly TimeSpan Use = TimeSpan.FromDays(90);

    /// <summary>A key is used for 90 days, and tokens protected with it are valid for at most 30 days.</summary>
    public static readonly TimeSpan RetentionPeriod = TimeSpan.FromDays(180);

    public static void AddProtectionKeys(this IServiceCollection services)
    {
        // Before the framework's own service, which creates a key if there is none.
        services.AddHostedService<FirstKey>();
        services.AddDataProtection().SetApplicationName("AuthServer");
        services.AddOptions<KeyManagementOptions>().Configure<NpgsqlDataSource, KeyWrapping, TimeProvider>(
            (options, database, wrapping, clock) =>
        {
            options.XmlRepository = new Repository(database, clock);
            options.XmlEncryptor = new Encryptor(wrapping);
        });
    }

    /// <summary>Re-encrypts what was encrypted under the previous root secret, so that it can be discarded.</summary>
    public static async Task RewrapAsync(AuthDbContext db, KeyWrapping wrapping, CancellationToken cancellationToken)
    {
        foreach (var key in await db.ProtectionKeys.ToListAsync(cancellationToken))
        {
            var xml = XElement.Parse(key.Xml);
            if (xml.Descendants(Wrapped).SingleOrDefault() is { } secret
                && Convert.FromBase64String(secret.Value) is var wrapped
                && !wrapping.IsCurrent(wrapped))
            {
                secret.Value = Convert.ToBase64String(
                    wrapping.Wrap(wrapping.Unwrap(wrapped, ProtectionKeyDecryptor.Name), ProtectionKeyDecryptor.Name));
                key.Xml = xml.ToString(SaveOptions.DisableFormatting);
            }
        }
    }

    /// <summary>
    /// Creates the first key, on one replica at a time: two replicas that start together on a new database would otherwise each
    /// create one and not see the other's for a day.
    /// </summary>
    private sealed class FirstKey(NpgsqlDataSource database, IKeyManager keys, TimeProvider clock, ILogger<FirstKey> logger)
        : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            try
            {
                await using var connection = await database.OpenConnectionAsync(cancellationToken);
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await using var takeLock =
                    new NpgsqlCommand($"SELECT pg_advisory_xact_lock({AdvisoryLocks.FirstProtectionKey})", connection, transaction);
                await takeLock.ExecuteNonQueryAsync(cancellationToken);
                if (keys.GetAllKeys().Count == 0)
                {
                    keys.CreateNewKey(clock.GetUtcNow(), clock.GetUtcNow() + Use);
                }

                await transaction.CommitAsync(cancellationToken);
            }
            catch (Exception exception) when (exception is DbException or TimeoutException or InvalidOperationException)
            {
                // The database is unavailable or not migrated: the server starts unready, and the key is created on first use.
                Log.NoFirstKey(logger, OperatorFaults.Find(exception)?.Sentence ?? exception.Message);
            }
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    // Plain SQL, because the start of the server waits for it.
    private sealed class Repository(NpgsqlDataSource database, TimeProvider clock) : IXmlRepository
    {
        public IReadOnlyCollection<XElement> GetAllElements()
        {
            using var command = database.CreateCommand("SELECT xml FROM data_protection_keys ORDER BY created_at");
            using var row = command.ExecuteReader();
            var elements = new List<XElement>();
            while (row.Read())
            {
                elements.Add(XElement.Parse(row.GetString(0)));
            }

            return elements;
        }

        public void StoreElement(XElement element, string friendlyName)
        {
            using var command =
                database.CreateCommand("INSERT INTO data_protection_keys (name, xml, created_at) VALUES (@name, @xml, @now)");
            command.Add("name", friendlyName);
            command.Add("xml", element.ToString(SaveOptions.DisableFormatting));
            command.Add("now", clock.GetUtcNow());
            command.ExecuteNonQuery();
        }
    }

    private sealed class Encryptor(KeyWrapping wrapping) : IXmlEncryptor
    {
        public EncryptedXmlInfo Encrypt(XElement plaintextElement)
        {
            var plain = System.Text.Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
            return new(
                new XElement(Wrapped, Convert.ToBase64String(wrapping.Wrap(plain, ProtectionKeyDecryptor.Name))),
                typeof(ProtectionKeyDecryptor));
        }
    }
}

/// <summary>The stored XML names this type; the framework instantiates it.</summary>
internal sealed class ProtectionKeyDecryptor(IServiceProvider services) : IXmlDecryptor
{
    internal const string Name = "data-protection";

    public XElement Decrypt(XElement encryptedElement)
    {
        var plain = services.GetRequiredService<KeyWrapping>().Unwrap(Convert.FromBase64String(encryptedElement.Value), Name);
        return XElement.Parse(System.Text.Encoding.UTF8.GetString(plain));
    }
}
