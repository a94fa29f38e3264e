using System.Security.Cryptography;
using System.Text;
using AuthServer.Platform.Configuration;

namespace AuthServer.Platform.Cryptography;

/// <summary>The root secret and its predecessor.</summary>
public sealed class SecretSettings : ISettings
{
    private const int MinBytes = 32;

    static string ISettings.Section => "Secrets";

    /// <summary>At least 32 bytes, known to nobody else; all other keys are derived from it.</summary>
    public string? Key { get; set; }

    /// <summary>The previous root secret after a change, so that data protected with it can still be read.</summary>
    public string? PreviousKey { get; set; }

    IEnumerable<string> ISettings.Validate()
    {
        if (string.IsNullOrEmpty(Key))
        {
            yield return "SECRET_KEY is not set. Make one with `openssl rand -base64 48` and keep it outside the database and its backups.";
        }
        else if (Encoding.UTF8.GetByteCount(Key) < MinBytes)
        {
            yield return "SECRET_KEY is shorter than 32 bytes. Make one with `openssl rand -base64 48`.";
        }
        else if (GuessableSecret.Is(Key))
        {
            yield return GuessableSecret.Fault("SECRET_KEY");
        }

        if (!string.IsNullOrEmpty(PreviousKey) && Encoding.UTF8.GetByteCount(PreviousKey) < MinBytes)
        {
            yield return "SECRET_KEY_PREVIOUS is shorter than 32 bytes, so it never was a SECRET_KEY. Omit it, or set the previous one.";
        }
    }
}

/// <summary>A key for one use, and a short public id that identifies the root secret it was derived from.</summary>
internal sealed record DerivedKey(string Id, byte[] Bytes);

/// <summary>
/// Derives all keys from the root secret: HKDF-SHA256 (RFC 5869) with a label for each use, so that no key serves two purposes. The
/// current key comes first; the previous one, if configured, is only used to read.
/// </summary>
internal sealed class Secrets(SecretSettings settings)
{
    private const int KeyBytes = 32;
    private const int IdBytes = 4;

    public IReadOnlyList<DerivedKey> Derive(string use) =>
        [.. new[] { settings.Key, settings.PreviousKey }.Where(root => !string.IsNullOrEmpty(root)).Select(root => Derive(root!, use))];

    private static DerivedKey Derive(string root, string use)
    {
        var material = Encoding.UTF8.GetBytes(root);
        var id = HKDF.DeriveKey(HashAlgorithmName.SHA256, material, IdBytes, info: Encoding.UTF8.GetBytes($"authserver/{use}/id"));
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, material, KeyBytes, info: Encoding.UTF8.GetBytes($"authserver/{use}/v1"));
        CryptographicOperations.ZeroMemory(material);
        return new(Convert.ToHexStringLower(id), key);
    }
}
