using AuthServer.Domain;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AuthServer.Platform.Persistence.Configurations;

internal sealed class UserConfiguration : IEntityTypeConfiguration<User>
{
    public const string EmailIndex = "ix_users_normalized_email";
    public const string UserNameIndex = "ix_users_normalized_user_name";
    public const string LegacyIdIndex = "ix_users_legacy_id";

    public void Configure(EntityTypeBuilder<User> builder)
    {
        builder.ToTable("users");
        // last_login_at and token_version change often and are not indexed: free space on the page keeps those updates HOT.
        builder.HasStorageParameter("fillfactor", 90);
        // Of two concurrent uses of a link, or changes to how somebody signs in, the second finds that the stamp has changed.
        builder.Property(user => user.SecurityStamp).IsConcurrencyToken();
        builder.Property(user => user.Email).IsRequired();
        builder.Property(user => user.NormalizedEmail).IsRequired();
        builder.Property(user => user.FullName).HasMaxLength(200);
        builder.Property(user => user.Locale).HasMaxLength(35);
        builder.Property(user => user.Status).HasMaxLength(16);
        builder.Property(user => user.PendingEmail).HasMaxLength(254);
        builder.Property(user => user.PendingUserName).HasMaxLength(256);
        builder.Property(user => user.DisabledReason).HasMaxLength(500);
        // Each word follows a blank, so that short terms can be searched as beginnings of words.
        builder.Property(user => user.SearchText).HasComputedColumnSql(
            "' ' || email || ' ' || coalesce(full_name, '') || ' ' || coalesce(user_name, '')", stored: true);
        builder.HasIndex(user => user.SearchText).HasMethod("gin").HasOperators("gin_trgm_ops");
        builder.Property(user => user.NameSearchText).HasComputedColumnSql(
            "' ' || coalesce(full_name, '') || ' ' || coalesce(user_name, '')", stored: true);
        builder.HasIndex(user => user.NameSearchText).HasMethod("gin").HasOperators("gin_trgm_ops");
        builder.HasIndex(user => user.CreatedAt, "ix_users_created_at_brin").HasMethod("brin");
        builder.HasIndex(user => user.Id, "ix_users_disabled").HasFilter("status = 'disabled'");
        builder.HasIndex(user => user.DisabledUntil).HasFilter("disabled_until IS NOT NULL");
        builder.HasIndex(user => user.InvitedAt).HasFilter("invited_at IS NOT NULL");
        // For expired wishes, and for whoever else asked for the address of somebody erased: few rows at any time.
        builder.HasIndex(user => user.PendingEmailAt).HasFilter("pending_email IS NOT NULL");
        builder.Property(user => user.LegacyId).HasMaxLength(128);
        builder.HasIndex(user => user.LegacyId).IsUnique().HasFilter("legacy_id IS NOT NULL").HasDatabaseName(LegacyIdIndex);
        builder.HasIndex(user => user.ErasureDueAt).HasFilter("erasure_due_at IS NOT NULL");
        builder.HasIndex(user => user.Id, "ix_users_anonymous").HasFilter("is_anonymous");
        builder.HasIndex(user => user.NormalizedEmail).IsUnique().HasDatabaseName(EmailIndex);
        builder.HasIndex(user => user.CreatedAt).HasFilter("NOT email_confirmed");
        builder.HasIndex(user => user.NormalizedUserName).IsUnique().HasDatabaseName(UserNameIndex);
    }
}

internal sealed class RoleConfiguration : IEntityTypeConfiguration<Role>
{
    public void Configure(EntityTypeBuilder<Role> builder)
    {
        builder.ToTable("roles");
        builder.HasIndex(role => role.NormalizedName).IsUnique().HasDatabaseName("ix_roles_normalized_name");
        builder.HasData(Role.All);
    }
}

internal sealed class UserRoleConfiguration : IEntityTypeConfiguration<IdentityUserRole<Guid>>
{
    public void Configure(EntityTypeBuilder<IdentityUserRole<Guid>> builder)
    {
        builder.ToTable("user_roles");
        // For the people with a role, in the order of lists.
        builder.HasIndex(held => new { held.RoleId, held.UserId });
    }
}

internal sealed class UserClaimConfiguration : IEntityTypeConfiguration<IdentityUserClaim<Guid>>
{
    public void Configure(EntityTypeBuilder<IdentityUserClaim<Guid>> builder) => builder.ToTable("user_claims");
}

internal sealed class UserLoginConfiguration : IEntityTypeConfiguration<IdentityUserLogin<Guid>>
{
    public void Configure(EntityTypeBuilder<IdentityUserLogin<Guid>> builder) => builder.ToTable("user_logins");
}

internal sealed class UserTokenConfiguration : IEntityTypeConfiguration<IdentityUserToken<Guid>>
{
    public void Configure(EntityTypeBuilder<IdentityUserToken<Guid>> builder) => builder.ToTable("user_tokens");
}

internal sealed class RoleClaimConfiguration : IEntityTypeConfiguration<IdentityRoleClaim<Guid>>
{
    public void Configure(EntityTypeBuilder<IdentityRoleClaim<Guid>> builder) => builder.ToTable("role_claims");
}

internal sealed class UserPasskeyConfiguration : IEntityTypeConfiguration<IdentityUserPasskey<Guid>>
{
    public void Configure(EntityTypeBuilder<IdentityUserPasskey<Guid>> builder) => builder.ToTable("user_passkeys");
}
