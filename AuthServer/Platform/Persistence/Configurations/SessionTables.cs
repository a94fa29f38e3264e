using AuthServer.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AuthServer.Platform.Persistence.Configurations;

internal sealed class SessionConfiguration : IEntityTypeConfiguration<Session>
{
    public void Configure(EntityTypeBuilder<Session> builder)
    {
        builder.ToTable("sessions");
        // A rotation writes a new version of the row; with free space on the page it stays there, and no index is updated.
        builder.HasStorageParameter("fillfactor", 70);
        builder.Property(session => session.Id).ValueGeneratedNever();
        builder.Property(session => session.DeviceName).HasMaxLength(100);
        builder.Property(session => session.UserAgent).HasMaxLength(512);
        builder.Property(session => session.RevokedReason).HasMaxLength(32);
        // Columns that a rotation changes must not be indexed.
        builder.HasIndex(session => session.UserId);
        builder.HasIndex(session => session.ExpiresAt);
        builder.HasIndex(session => session.RevokedAt).HasFilter("revoked_at IS NOT NULL");
        builder.HasOne<User>().WithMany().HasForeignKey(session => session.UserId);
        builder.HasOne<Tenant>().WithMany().HasForeignKey(session => session.TenantId);
    }
}

internal sealed class RevocationConfiguration : IEntityTypeConfiguration<Revocation>
{
    public void Configure(EntityTypeBuilder<Revocation> builder)
    {
        builder.ToTable("revocations");
        builder.HasIndex(revocation => revocation.SessionId);
        builder.HasIndex(revocation => revocation.UserId);
        builder.HasIndex(revocation => revocation.TenantId);
        builder.HasIndex(revocation => revocation.ExpiresAt);
    }
}

internal sealed class AssistedResetConfiguration : IEntityTypeConfiguration<AssistedReset>
{
    public const string PendingIndex = "ix_assisted_resets_pending";

    public void Configure(EntityTypeBuilder<AssistedReset> builder)
    {
        builder.ToTable("assisted_resets");
        builder.Property(reset => reset.Id).ValueGeneratedNever();
        builder.Property(reset => reset.Reason).HasMaxLength(500);
        builder.Property(reset => reset.State).HasMaxLength(16);
        builder.HasIndex(reset => reset.UserId).HasFilter("state = 'pending'").HasDatabaseName(PendingIndex);
        builder.HasIndex(reset => reset.ExpiresAt);
        builder.HasOne<User>().WithMany().HasForeignKey(reset => reset.UserId);
    }
}

internal sealed class SignInLockoutConfiguration : IEntityTypeConfiguration<SignInLockout>
{
    public void Configure(EntityTypeBuilder<SignInLockout> builder)
    {
        builder.ToTable("sign_in_lockouts");
        builder.HasKey(lockout => new { lockout.Identifier, lockout.Network });
        builder.Property(lockout => lockout.Network).HasMaxLength(64);
        builder.Property(lockout => lockout.FailuresInARow).HasDefaultValue(0);
        builder.HasIndex(lockout => lockout.WindowStartedAt);
    }
}
