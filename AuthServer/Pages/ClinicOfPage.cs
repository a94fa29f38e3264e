using System.Security.Cryptography;
using AuthServer.Domain;
using AuthServer.Mail.Texts;
using AuthServer.Platform.Persistence;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace AuthServer.Pages;

/// <summary>The clinic of whoever opened a mailed link, and where its people sign in.</summary>
internal sealed class ClinicOfPage(AuthDbContext db, LinkSettings links, IDataProtectionProvider protection)
{
    // Sealed, so that nobody can make a page of ours lead to a tenant of theirs.
    private readonly IDataProtector _protector = protection.CreateProtector("AuthServer.ClinicOfPage");

    /// <summary>
    /// The first active tenant the person joined, as a sign-in selects it. Null while the mailbox is unconfirmed, so that no stranger
    /// learns which clinic somebody belongs to; an invitation comes from the clinic itself.
    /// </summary>
    public async Task<Tenant?> FindAsync(User? user) =>
        user is { EmailConfirmed: true } or { InvitedAt: not null }
            ? await db.Memberships
                .Where(membership => membership.UserId == user.Id)
                .OrderBy(membership => membership.CreatedAt).ThenBy(membership => membership.TenantId)
                .Join(db.Tenants, membership => membership.TenantId, tenant => tenant.Id, (_, tenant) => tenant)
                .Where(tenant => tenant.Status == TenantStatus.Active)
                .AsNoTracking()
                .FirstOrDefaultAsync()
            : null;

    /// <summary>The page that reports success, for this clinic if it has an app of its own.</summary>
    public SeeOther Done(PageTexts texts, string path, Tenant? clinic) =>
        new(texts.To($"{path}/done") + (clinic?.Settings.AppUrl is null ? "" : $"&clinic={_protector.Protect(clinic.Slug)}"));

    /// <summary>The last page, with a link to the app.</summary>
    public async Task<PageResult> LastAsync(PageTexts texts, PageWords words, string? clinic)
    {
        var slug = Open(clinic);
        var own = slug is null
            ? null
            : await db.Tenants
                .Where(tenant => tenant.Slug == slug && tenant.Status == TenantStatus.Active)
                .Select(tenant => tenant.Settings.AppUrl)
                .SingleOrDefaultAsync();
        var page = texts.Page(words);
        return new((own ?? links.App) is { Length: > 0 } url ? page with { Link = new(texts.OpenApp, url) } : page);
    }

    private string? Open(string? clinic)
    {
        try
        {
            return clinic is { Length: > 0 and <= 500 } ? _protector.Unprotect(clinic) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
