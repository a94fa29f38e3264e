using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using Microsoft.AspNetCore.Cryptography.KeyDerivation;

namespace AuthServer.Accounts.Credentials;

internal enum HashFormat
{
    /// <summary><c>$2a$</c>, <c>$2b$</c> or <c>$2y$</c>; the cost is the logarithm of the rounds.</summary>
    Bcrypt,

    /// <summary>ASP.NET Identity before Core.</summary>
    IdentityV2,

    /// <summary>ASP.NET Core Identity; also our own with <c>Password:Hash</c> <c>Pbkdf2</c>.</summary>
    IdentityV3,

    /// <summary><c>$argon2id$v=19$</c>, PHC string format; our own and those of others.</summary>
    Argon2id,
}

/// <summary>The parameters in the text of a hash.</summary>
/// <param name="Format">The format.</param>
/// <param name="Cost">bcrypt's logarithmic cost, PBKDF2's iterations, or Argon2id's passes.</param>
/// <param name="Prf">PBKDF2's function; null for the others.</param>
/// <param name="Argon2">Argon2id's parameters; null for the others.</param>
internal sealed record ImportedHash(HashFormat Format, int Cost, KeyDerivationPrf? Prf = null, PhcString? Argon2 = null)
{
    private const int MaxLength = 512;
    private const int MaxIterations = 1_000_000;
    private const int BcryptLength = 60;
    private const int V2Length = 1 + 16 + 32;
    private const int V2Iterations = 1000;
    private const int V3HeaderLength = 13;
    private const int ShortestPart = 16;

    private static readonly SearchValues<char> BcryptAlphabet =
        SearchValues.Create("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    /// <summary>Why a hash is not imported; null if it is.</summary>
    public static string? Fault(string? text, PasswordSettings settings) => Parse(text) switch
    {
        null =>
            "Not a hash of a known format: Argon2id (version 19), bcrypt ($2a$, $2b$, $2y$) or ASP.NET Identity (version 2 or 3), at most "
                + "512 characters.",
        { Format: HashFormat.Bcrypt } hash when hash.Cost > settings.MaxImportedBcryptCost =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"bcrypt of cost {hash.Cost}: Password:MaxImportedBcryptCost allows {settings.MaxImportedBcryptCost}."),
        { Argon2: { } argon2 } => argon2.Fault(settings),
        { Cost: > MaxIterations } hash when hash.Format != HashFormat.Bcrypt =>
            string.Create(CultureInfo.InvariantCulture, $"PBKDF2 of {hash.Cost} iterations: at most {MaxIterations}."),
        _ => null,
    };

    /// <summary>Null for a text that no known system would have written.</summary>
    public static ImportedHash? Parse(string? text) =>
        text is not { Length: > 0 and <= MaxLength }
            ? null
            : text[0] == '$' ? ParseArgon2id(text) ?? ParseBcrypt(text) : ParseIdentity(text);

    private static ImportedHash? ParseArgon2id(string text) =>
        PhcString.Parse(text) is { } parsed ? new(HashFormat.Argon2id, parsed.Passes, Argon2: parsed) : null;

    // $2x$ marks hashes made by a buggy PHP version, which accept other passwords than the one chosen.
    private static ImportedHash? ParseBcrypt(string text) =>
        text is ['$', '2', 'a' or 'b' or 'y', '$', >= '0' and <= '3', >= '0' and <= '9', '$', ..] && text.Length == BcryptLength
        && !text.AsSpan(7).ContainsAnyExcept(BcryptAlphabet)
            && int.Parse(text.AsSpan(4, 2), CultureInfo.InvariantCulture) is var cost and >= 4 and <= 31
            ? new(HashFormat.Bcrypt, cost)
            : null;

    private static ImportedHash? ParseIdentity(string text)
    {
        var bytes = new byte[MaxLength];
        if (text.Any(char.IsWhiteSpace) || !Convert.TryFromBase64String(text, bytes, out var length))
        {
            return null;
        }

        return bytes[0] switch
        {
            0 when length == V2Length => new(HashFormat.IdentityV2, V2Iterations, KeyDerivationPrf.HMACSHA1),
            1 when length >= V3HeaderLength + ShortestPart + ShortestPart => ParseV3(bytes.AsSpan(0, length)),
            _ => null,
        };
    }

    // After the version: function, iterations and salt length in network byte order, the salt, the key.
    private static ImportedHash? ParseV3(ReadOnlySpan<byte> bytes)
    {
        var prf = (KeyDerivationPrf)BinaryPrimitives.ReadInt32BigEndian(bytes[1..]);
        var iterations = BinaryPrimitives.ReadInt32BigEndian(bytes[5..]);
        var saltLength = BinaryPrimitives.ReadInt32BigEndian(bytes[9..]);
        return Enum.IsDefined(prf)
            && iterations > 0
            && saltLength >= ShortestPart
            && saltLength <= bytes.Length - V3HeaderLength - ShortestPart
            ? new(HashFormat.IdentityV3, iterations, prf)
            : null;
    }
}
