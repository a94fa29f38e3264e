using AuthServer.Domain;
using AuthServer.Platform.Cryptography;

namespace AuthServer.Sessions.Refresh;

/// <summary>Refresh tokens with the server's MAC keys: written with the current one, read with the previous one too.</summary>
internal sealed class RefreshTokenFormat(Secrets secrets)
{
    private readonly IReadOnlyList<DerivedKey> _keys = secrets.Derive("refresh-token-mac");

    public string Write(RefreshToken token) => token.Write(_keys[0].Id, _keys[0].Bytes);

    public RefreshToken? Read(string? text) =>
        text is not null && RefreshToken.KeyIdOf(text) is { } id && _keys.FirstOrDefault(key => key.Id == id) is { } key
            ? RefreshToken.Read(text, key.Bytes)
            : null;
}
