using System.Xml.Linq;
using AuthServer.Data;
using AuthServer.Domain;
using AuthServer.Http;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Credentials;

/// <summary>
/// The Data Protection key ring, which makes Identity's mailed tokens, in the database: every replica reads what any of
/// them made, and none of it is worth anything without the root secret.
/// </summary>
internal static class ProtectionKeys
{
    private const string Wrapped = "wrapped";

    /// <summary>A key is used for 90 days, and what it has protected works for 30 days at most.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(180);

    public static void AddProtectionKeys(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("AuthServer");
        services.AddOptions<KeyManagementOptions>().Configure<IServiceScopeFactory, KeyWrapping, TimeProvider>((options, scopes, wrapping, clock) =>
        {
            options.XmlRepository = new Repository(scopes, clock);
            options.XmlEncryptor = new Encryptor(wrapping);
        });
    }

    /// <summary>Encrypts anew what was encrypted under the former root secret, so that it can be given up.</summary>
    public static async Task RewrapAsync(AuthDbContext db, KeyWrapping wrapping, CancellationToken cancellationToken)
    {
        foreach (var key in await db.ProtectionKeys.ToListAsync(cancellationToken))
        {
            var xml = XElement.Parse(key.Xml);
            if (xml.Descendants(Wrapped).SingleOrDefault() is { } secret && Convert.FromBase64String(secret.Value) is var wrapped && !wrapping.IsCurrent(wrapped))
            {
                secret.Value = Convert.ToBase64String(wrapping.Wrap(wrapping.Unwrap(wrapped, ProtectionKeyDecryptor.Name), ProtectionKeyDecryptor.Name));
                key.Xml = xml.ToString(SaveOptions.DisableFormatting);
            }
        }
    }

    private sealed class Repository(IServiceScopeFactory scopes, TimeProvider clock) : IXmlRepository
    {
        public IReadOnlyCollection<XElement> GetAllElements()
        {
            using var scope = scopes.CreateScope();
            return [.. scope.ServiceProvider.GetRequiredService<AuthDbContext>().ProtectionKeys.AsNoTracking().OrderBy(key => key.CreatedAt)
                .AsEnumerable().Select(key => XElement.Parse(key.Xml))];
        }

        public void StoreElement(XElement element, string friendlyName)
        {
            using var scope = scopes.CreateScope();
            var db = scope.ServiceProvider.GetRequiredService<AuthDbContext>();
            db.ProtectionKeys.Add(new StoredProtectionKey(friendlyName, element.ToString(SaveOptions.DisableFormatting), clock.GetUtcNow()));
            db.SaveChanges();
        }
    }

    private sealed class Encryptor(KeyWrapping wrapping) : IXmlEncryptor
    {
        public EncryptedXmlInfo Encrypt(XElement plaintextElement)
        {
            var plain = System.Text.Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
            return new(new XElement(Wrapped, Convert.ToBase64String(wrapping.Wrap(plain, ProtectionKeyDecryptor.Name))), typeof(ProtectionKeyDecryptor));
        }
    }
}

/// <summary>Named in the stored XML and made by the framework.</summary>
internal sealed class ProtectionKeyDecryptor(IServiceProvider services) : IXmlDecryptor
{
    internal const string Name = "data-protection";

    public XElement Decrypt(XElement encryptedElement)
    {
        var plain = services.GetRequiredService<KeyWrapping>().Unwrap(Convert.FromBase64String(encryptedElement.Value), Name);
        return XElement.Parse(System.Text.Encoding.UTF8.GetString(plain));
    }
}
