using AuthServer.Domain;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AuthServer.Platform.Persistence;

/// <summary>Everything AuthServer stores: Identity's tables and our own, in snake_case.</summary>
public sealed class AuthDbContext(DbContextOptions<AuthDbContext> options) : IdentityDbContext<User, Role, Guid>(options)
{
    /// <summary>Organisations people belong to.</summary>
    public DbSet<Tenant> Tenants => Set<Tenant>();

    /// <summary>Who is what at which tenant.</summary>
    public DbSet<Membership> Memberships => Set<Membership>();

    /// <summary>Professional profiles.</summary>
    public DbSet<Physician> Physicians => Set<Physician>();

    /// <summary>Licences to practise.</summary>
    public DbSet<Licence> Licences => Set<Licence>();

    /// <summary>Sign-ins; the refresh-token store.</summary>
    public DbSet<Session> Sessions => Set<Session>();

    /// <summary>Tokens refused before their time.</summary>
    public DbSet<Revocation> Revocations => Set<Revocation>();

    /// <summary>Keys that sign access tokens.</summary>
    public DbSet<SigningKey> SigningKeys => Set<SigningKey>();

    /// <summary>The Data Protection key ring.</summary>
    public DbSet<StoredProtectionKey> ProtectionKeys => Set<StoredProtectionKey>();

    /// <summary>What happened.</summary>
    public DbSet<AuditEvent> AuditEvents => Set<AuditEvent>();

    /// <summary>Batches of audit events, chained and signed.</summary>
    public DbSet<AuditSeal> AuditSeals => Set<AuditSeal>();

    /// <summary>What services sign in with.</summary>
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    /// <summary>Failed sign-ins by name and network.</summary>
    public DbSet<SignInLockout> SignInLockouts => Set<SignInLockout>();

    /// <summary>Password resets that support asked for and a second person decides.</summary>
    public DbSet<AssistedReset> AssistedResets => Set<AssistedReset>();

    /// <summary>Counts for the statistics.</summary>
    public DbSet<StatisticValue> Figures => Set<StatisticValue>();

    /// <summary>Mails to be sent.</summary>
    public DbSet<OutgoingEmail> OutgoingEmails => Set<OutgoingEmail>();

    /// <summary>The connection, and the transaction if one is open on it, for a statement of our own.</summary>
    internal NpgsqlConnection Connection() => (NpgsqlConnection)Database.GetDbConnection();

    /// <inheritdoc />
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.HasPostgresExtension("pg_trgm");
        builder.ApplyConfigurationsFromAssembly(typeof(AuthDbContext).Assembly);
        SnakeCase.Apply(builder.Model);
    }
}
