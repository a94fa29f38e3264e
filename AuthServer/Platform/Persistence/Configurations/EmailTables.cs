using AuthServer.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AuthServer.Platform.Persistence.Configurations;

internal sealed class OutgoingEmailConfiguration : IEntityTypeConfiguration<OutgoingEmail>
{
    public void Configure(EntityTypeBuilder<OutgoingEmail> builder)
    {
        builder.ToTable("email_outbox");
        builder.Property(email => email.Id).ValueGeneratedNever();
        builder.Property(email => email.Kind).HasMaxLength(32);
        builder.Property(email => email.Address).HasMaxLength(254);
        builder.Property(email => email.Language).HasMaxLength(35);
        builder.Property(email => email.Data).HasColumnType("jsonb");
        builder.Property(email => email.State).HasMaxLength(16);
        builder.Property(email => email.LastError).HasMaxLength(500);
        // Ordered by age, due or not: the dispatcher stops at the first few that are due.
        builder.HasIndex(email => new { email.CreatedAt, email.Id }).HasFilter("state = 'pending'");
        builder.HasIndex(email => email.FinishedAt, "ix_email_outbox_dead").HasFilter("state = 'dead'");
        builder.HasIndex(email => new { email.Address, email.Kind, email.CreatedAt });
        builder.HasIndex(email => email.FinishedAt);
        // Few: mails to others that name an address as the new one, which are looked for when its owner is erased.
        builder.HasIndex(email => email.CreatedAt, "ix_email_outbox_new_address").HasFilter("data ? 'new_address'");
        builder.HasIndex(email => email.UserId);
        builder.HasOne<User>().WithMany().HasForeignKey(email => email.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
