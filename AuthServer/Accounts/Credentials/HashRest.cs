using Microsoft.AspNetCore.Cryptography.KeyDerivation;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace AuthServer.Accounts.Credentials;

/// <summary>
/// What is missing where a stored hash was cheaper than a new one: worked off on nobody's hash, in the time that comparing with a
/// new one takes here and now, so that the answer to a wrong password does not come sooner than to an unknown name.
/// </summary>
internal sealed class HashRest(PasswordSettings settings, Argon2Cost argon2, IOptions<PasswordHasherOptions> pbkdf2)
{
    private const int Remembered = 16;

    private static readonly byte[] NobodysSalt = new byte[Argon2id.SaltLength];

    private double _usual;

    /// <summary>How long it took to compare with a hash as they are made now.</summary>
    public void Learn(TimeSpan elapsed)
    {
        // A mean that forgets, because a busy machine takes longer. Of two that come at once one may be lost: no harm.
        var usual = Volatile.Read(ref _usual);
        Volatile.Write(ref _usual, usual == 0 ? elapsed.TotalSeconds : usual + (elapsed.TotalSeconds - usual) / Remembered);
    }

    /// <summary>Costs CPU time, by design: to be called behind the gate.</summary>
    public void Spend(TimeSpan elapsed)
    {
        if (ShareLeft(elapsed) is var share && share <= 0)
        {
            return;
        }

        _ = settings.Hash == PasswordHashFunction.Argon2id
            ? Argon2id.Derive(argon2.Times(share), "", NobodysSalt)
            : KeyDerivation.Pbkdf2(
                "", NobodysSalt, KeyDerivationPrf.HMACSHA512, Math.Max(1, (int)(pbkdf2.Value.IterationCount * share)),
                Argon2id.HashLength);
    }

    internal double ShareLeft(TimeSpan elapsed) => Volatile.Read(ref _usual) is var usual and > 0 ? 1 - elapsed.TotalSeconds / usual : 1;
}
