using AuthServer.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AuthServer.Platform.Persistence.Configurations;

internal sealed class TenantConfiguration : IEntityTypeConfiguration<Tenant>
{
    public void Configure(EntityTypeBuilder<Tenant> builder)
    {
        builder.ToTable("tenants");
        builder.Property(tenant => tenant.Slug).HasMaxLength(63);
        builder.Property(tenant => tenant.Name).HasMaxLength(200);
        builder.Property(tenant => tenant.Status).HasMaxLength(16);
        builder.HasIndex(tenant => tenant.Slug).IsUnique();
        builder.Property(tenant => tenant.LegacyId).HasMaxLength(128);
        builder.HasIndex(tenant => tenant.LegacyId).IsUnique().HasFilter("legacy_id IS NOT NULL");
        builder.OwnsOne(tenant => tenant.Settings, settings =>
        {
            settings.ToJson("settings");
            settings.Property(value => value.SelfRegistration).HasJsonPropertyName("self_registration");
            settings.Property(value => value.RequireVerifiedEmail).HasJsonPropertyName("require_verified_email");
            settings.Property(value => value.RequireMfa).HasJsonPropertyName("require_mfa");
            settings.Property(value => value.MailSenderName).HasJsonPropertyName("mail_sender_name");
            settings.Property(value => value.Locale).HasJsonPropertyName("locale");
            settings.Property(value => value.AppUrl).HasJsonPropertyName("app_url");
            settings.Property(value => value.SessionIdleMinutes).HasJsonPropertyName("session_idle_minutes");
            settings.Property(value => value.SessionAbsoluteMinutes).HasJsonPropertyName("session_absolute_minutes");
        });
        builder.Navigation(tenant => tenant.Settings).IsRequired();
    }
}

internal sealed class MembershipConfiguration : IEntityTypeConfiguration<Membership>
{
    public void Configure(EntityTypeBuilder<Membership> builder)
    {
        builder.ToTable("memberships");
        builder.HasKey(membership => new { membership.UserId, membership.TenantId, membership.Role });
        builder.Property(membership => membership.Role).HasMaxLength(32);
        // For the members of a tenant, and for everybody with a role anywhere, in the order of lists.
        builder.HasIndex(membership => new { membership.TenantId, membership.UserId, membership.Role });
        builder.HasIndex(membership => new { membership.Role, membership.UserId });
        builder.HasIndex(membership => membership.CreatedAt).HasMethod("brin");
        builder.HasOne<User>().WithMany().HasForeignKey(membership => membership.UserId);
        builder.HasOne<Tenant>().WithMany().HasForeignKey(membership => membership.TenantId);
    }
}

internal sealed class PhysicianConfiguration : IEntityTypeConfiguration<Physician>
{
    public void Configure(EntityTypeBuilder<Physician> builder)
    {
        builder.ToTable("physicians");
        builder.Property(physician => physician.LanguagePreference).HasMaxLength(35);
        builder.Property(physician => physician.Specialty).HasMaxLength(100);
        builder.Property(physician => physician.PrivatePoolName).HasMaxLength(100);
        builder.HasIndex(physician => physician.UserId).IsUnique();
        builder.HasOne<User>().WithOne().HasForeignKey<Physician>(physician => physician.UserId);
        builder.HasMany(physician => physician.Licences).WithOne().HasForeignKey(licence => licence.PhysicianId);
    }
}

internal sealed class LicenceConfiguration : IEntityTypeConfiguration<Licence>
{
    // One number in whatever case, punctuation, width or digits it is written.
    private const string NumberKeySql =
        "left(upper(regexp_replace(translate(normalize(number, NFKC), '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', '01234567890123456789'), "
            + @"'[\s!-/:-@\[-`{-~–—]', '', 'g')), 64)";

    public void Configure(EntityTypeBuilder<Licence> builder)
    {
        builder.ToTable("licences");
        builder.Property(licence => licence.Jurisdiction).HasMaxLength(6);
        builder.Property(licence => licence.Number).HasMaxLength(64);
        builder.Property(licence => licence.State).HasMaxLength(16);
        builder.Property(licence => licence.Reason).HasMaxLength(500);
        // For the job that finds licences about to expire.
        builder.HasIndex(licence => licence.ExpiresOn).HasFilter("state = 'verified' AND expires_on IS NOT NULL");
        builder.HasIndex(licence => licence.State).HasFilter("state = 'pending'");
        builder.HasIndex(licence => new { licence.PhysicianId, licence.Jurisdiction }).IsUnique();
        // Imports look for numbers that somebody else has.
        builder.HasIndex(licence => licence.Number);
        // Not unique: there may be two from before this was refused.
        builder.Property(licence => licence.NumberKey).HasMaxLength(64)
            .HasComputedColumnSql(NumberKeySql, stored: true);
        builder.HasIndex(licence => new { licence.NumberKey, licence.Jurisdiction });
    }
}
