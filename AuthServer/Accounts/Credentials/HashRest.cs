using Microsoft.AspNetCore.Cryptography.KeyDerivation;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace AuthServer.Accounts.Credentials;

/// <summary>
/// The difference in cost if a stored hash is cheaper than a new one: spent on a dummy hash, for as long as verifying a new hash
/// takes on this machine at the moment, so that a wrong password is not answered sooner than an unknown name.
/// </summary>
internal sealed class HashRest(PasswordSettings settings, Argon2Cost argon2, IOptions<PasswordHasherOptions> pbkdf2)
{
    private const int Remembered = 16;

    private static readonly byte[] NobodysSalt = new byte[Argon2id.SaltLength];

    private double _usual;

    /// <summary>Records how long verifying a hash with the current parameters took.</summary>
    public void Learn(TimeSpan elapsed)
    {
        // A moving average, because a busy machine takes longer. Losing one of two concurrent updates does no harm.
        var usual = Volatile.Read(ref _usual);
        Volatile.Write(ref _usual, usual == 0 ? elapsed.TotalSeconds : usual + (elapsed.TotalSeconds - usual) / Remembered);
    }

    /// <summary>Uses CPU time on purpose; call it behind the gate.</summary>
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
