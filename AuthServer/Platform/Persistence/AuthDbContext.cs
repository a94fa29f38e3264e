using AuthServer.Domain;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AuthServer.Platform.Persistence;

/// <summary>Everything AuthServer stores: Identity's tables and our own, in snake_case.</summary>
public sealed class AuthDbContext(DbContextOptions<AuthDbContext> options) : IdentityDbContext<User, Role, Guid>(options)
{
    public DbSet<Tenant> Tenants => Set<Tenant>();

    public DbSet<Membership> Memberships => Set<Membership>();

    /// <summary>Professional profiles.</summary>
    public DbSet<Physician> Physicians => Set<Physician>();

    public DbSet<Licence> Licences => Set<Licence>();

    /// <summary>Sign-ins; also the refresh-token store.</summary>
    public DbSet<Session> Sessions => Set<Session>();

    /// <summary>Access tokens refused before they expire.</summary>
    public DbSet<Revocation> Revocations => Set<Revocation>();

    public DbSet<SigningKey> SigningKeys => Set<SigningKey>();

    public DbSet<StoredProtectionKey> ProtectionKeys => Set<StoredProtectionKey>();

    public DbSet<AuditEvent> AuditEvents => Set<AuditEvent>();

    public DbSet<AuditSeal> AuditSeals => Set<AuditSeal>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    /// <summary>Failed sign-ins by name and network.</summary>
    public DbSet<SignInLockout> SignInLockouts => Set<SignInLockout>();

    /// <summary>Password resets that support requested and a second person decides on.</summary>
    public DbSet<AssistedReset> AssistedResets => Set<AssistedReset>();

    /// <summary>Counts for the statistics.</summary>
    public DbSet<StatisticValue> Figures => Set<StatisticValue>();

    /// <summary>The mail outbox.</summary>
    public DbSet<OutgoingEmail> OutgoingEmails => Set<OutgoingEmail>();

    /// <summary>The connection, with a transaction if one is open, for SQL statements of our own.</summary>
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
