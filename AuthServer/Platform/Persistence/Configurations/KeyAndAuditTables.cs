using AuthServer.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AuthServer.Platform.Persistence.Configurations;

internal sealed class SigningKeyConfiguration : IEntityTypeConfiguration<SigningKey>
{
    public void Configure(EntityTypeBuilder<SigningKey> builder)
    {
        builder.ToTable("signing_keys");
        builder.Property(key => key.Id).HasMaxLength(64);
        builder.Property(key => key.Algorithm).HasMaxLength(16);
    }
}

internal sealed class StoredProtectionKeyConfiguration : IEntityTypeConfiguration<StoredProtectionKey>
{
    public void Configure(EntityTypeBuilder<StoredProtectionKey> builder)
    {
        builder.ToTable("data_protection_keys");
        builder.HasKey(key => key.Name);
        builder.Property(key => key.Name).HasMaxLength(128);
    }
}

internal sealed class StatisticValueConfiguration : IEntityTypeConfiguration<StatisticValue>
{
    public void Configure(EntityTypeBuilder<StatisticValue> builder)
    {
        builder.ToTable("figures");
        builder.Property(figure => figure.Id).UseIdentityAlwaysColumn();
        builder.Property(figure => figure.Measure).HasMaxLength(32);
        builder.Property(figure => figure.Key).HasMaxLength(64);
        builder.HasIndex(figure => new { figure.TenantId, figure.Measure, figure.Key }).IsUnique().AreNullsDistinct(false);
    }
}

internal sealed class AuditEventConfiguration : IEntityTypeConfiguration<AuditEvent>
{
    public void Configure(EntityTypeBuilder<AuditEvent> builder)
    {
        builder.ToTable("audit_events");
        builder.Property(audit => audit.Id).UseIdentityAlwaysColumn();
        builder.Property(audit => audit.Type).HasMaxLength(64);
        builder.Property(audit => audit.Outcome).HasMaxLength(16);
        builder.Property(audit => audit.UserAgent).HasMaxLength(512);
        builder.Property(audit => audit.RequestId).HasMaxLength(64);
        builder.Property(audit => audit.Reason).HasMaxLength(64);
        builder.Property(audit => audit.Detail).HasMaxLength(500);
        builder.Property(audit => audit.Salt).HasDefaultValueSql("gen_random_uuid()");
        builder.HasIndex(audit => audit.Id, "ix_audit_events_erased").HasFilter("erasure_proof IS NOT NULL");
        builder.HasIndex(audit => new { audit.SubjectId, audit.Id });
        builder.HasIndex(audit => new { audit.ActorId, audit.Id }).HasFilter("actor_id IS NOT NULL");
        builder.HasIndex(audit => new { audit.TenantId, audit.Id }).HasFilter("tenant_id IS NOT NULL");
        builder.HasIndex(audit => new { audit.Type, audit.Id });
        // Rows arrive in the order of time, so a BRIN index of a few kilobytes finds a day among years.
        builder.HasIndex(audit => audit.OccurredAt).HasMethod("brin");
    }
}

internal sealed class AuditSealConfiguration : IEntityTypeConfiguration<AuditSeal>
{
    public void Configure(EntityTypeBuilder<AuditSeal> builder)
    {
        builder.ToTable("audit_seals");
        builder.Property(seal => seal.Id).ValueGeneratedNever();
        builder.Property(seal => seal.KeyId).HasMaxLength(16);
        builder.HasIndex(seal => seal.LastEventId).IsUnique();
    }
}

internal sealed class ErasedIdConfiguration : IEntityTypeConfiguration<ErasedId>
{
    public void Configure(EntityTypeBuilder<ErasedId> builder)
    {
        builder.ToTable("erased_ids");
        builder.HasKey(erased => erased.Digest);
    }
}

internal sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.ToTable("api_keys");
        // last_used_at changes often and is not indexed.
        builder.HasStorageParameter("fillfactor", 90);
        builder.Property(key => key.Id).ValueGeneratedNever();
        builder.Property(key => key.Name).HasMaxLength(100);
        builder.HasIndex(key => key.OwnerId);
        builder.HasIndex(key => new { key.TenantId, key.Name });
        builder.HasIndex(key => key.ExpiresAt);
        builder.HasOne<User>().WithMany().HasForeignKey(key => key.OwnerId);
        builder.HasOne<Tenant>().WithMany().HasForeignKey(key => key.TenantId);
    }
}
