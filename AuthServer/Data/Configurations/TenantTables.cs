using AuthServer.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AuthServer.Data.Configurations;

internal sealed class TenantConfiguration : IEntityTypeConfiguration<Tenant>
{
    public void Configure(EntityTypeBuilder<Tenant> builder)
    {
        builder.ToTable("tenants");
        builder.Property(tenant => tenant.Slug).HasMaxLength(63);
        builder.Property(tenant => tenant.Name).HasMaxLength(200);
        builder.Property(tenant => tenant.Status).HasMaxLength(16);
        builder.HasIndex(tenant => tenant.Slug).IsUnique();
        builder.OwnsOne(tenant => tenant.Settings, settings =>
        {
            settings.ToJson("settings");
            settings.Property(value => value.SelfRegistration).HasJsonPropertyName("self_registration");
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
        builder.HasIndex(membership => membership.TenantId);
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
        builder.HasIndex(physician => physician.UserId).IsUnique();
        builder.HasOne<User>().WithOne().HasForeignKey<Physician>(physician => physician.UserId);
        builder.HasMany(physician => physician.Licences).WithOne().HasForeignKey(licence => licence.PhysicianId);
    }
}

internal sealed class LicenceConfiguration : IEntityTypeConfiguration<Licence>
{
    public void Configure(EntityTypeBuilder<Licence> builder)
    {
        builder.ToTable("licences");
        builder.Property(licence => licence.Jurisdiction).HasMaxLength(6);
        builder.Property(licence => licence.Number).HasMaxLength(64);
        builder.Property(licence => licence.State).HasMaxLength(16);
        builder.HasIndex(licence => new { licence.PhysicianId, licence.Jurisdiction }).IsUnique();
    }
}
