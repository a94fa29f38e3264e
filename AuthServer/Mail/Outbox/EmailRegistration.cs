using AuthServer.Mail.Texts;
using AuthServer.Mail.Transport;
using AuthServer.Platform.Configuration;
using AuthServer.Platform.Jobs;
using AuthServer.Platform.Web;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AuthServer.Mail.Outbox;

internal static class EmailRegistration
{
    /// <summary>Adds the outbox, its dispatcher and the transport. Leaves add the writers of their mails.</summary>
    public static void AddMail(this WebApplicationBuilder builder)
    {
        builder.AddSettings<LinkSettings>();
        builder.AddEmailSettings();
        builder.Services.AddSingleton(new RetentionRule("email_outbox", "finished_at < @before", EmailOutbox.RetentionPeriod));
        builder.Services.AddSingleton<EmailOutbox>();
        builder.Services.AddSingleton<MailLinks>();
        builder.Services.AddSingleton<MailPrinter>();
        builder.Services.AddTransport();
        builder.Services.AddDispatcher();
        builder.Services.AddScoped<DeadLetters>();
        builder.Services.AddHealthChecks().AddCheck<MailHealth>(
            "mail", HealthStatus.Degraded, [Health.ReadyTag], timeout: TimeSpan.FromSeconds(2));
    }

    // In Development mails are written to files unless a mail server is configured.
    private static void AddEmailSettings(this WebApplicationBuilder builder)
    {
        builder.AddSettings<EmailSettings>();
        if (builder.Environment.IsDevelopment())
        {
            var data = builder.Configuration["DATA_DIR"] is { Length: > 0 } folder ? folder : ".data";
            builder.Services.PostConfigure<EmailSettings>(
                settings => settings.Folder = settings is { Host: null or "", Folder: null or "" }
                    ? Path.Combine(data, "mail")
                    : settings.Folder);
        }
    }

    private static void AddTransport(this IServiceCollection services)
    {
        services.AddSingleton(MailTimeouts.Usual);
        services.AddSingleton<MailSender>();
        services.AddSingleton(
            each =>
                TransportFor(
                    each.GetRequiredService<EmailSettings>(), each.GetRequiredService<MailSender>(),
                    each.GetRequiredService<MailTimeouts>(), each.GetRequiredService<TimeProvider>()));
    }

    private static void AddDispatcher(this IServiceCollection services)
    {
        services.AddSingleton<OutboxQueue>();
        services.AddSingleton<MailMetrics>();
        services.AddSingleton<MailDelivery>();
        services.AddSingleton<OutboxBatch>();
        services.AddHostedService<MailDispatcher>();
    }

    private static IMailTransport TransportFor(EmailSettings settings, MailSender sender, MailTimeouts timeouts, TimeProvider clock) =>
        string.IsNullOrEmpty(settings.Folder)
            ? new MailKitTransport(settings, sender, timeouts, clock)
            : new FolderTransport(settings, sender);
}
