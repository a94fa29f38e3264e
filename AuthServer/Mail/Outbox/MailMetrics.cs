using System.Diagnostics.Metrics;

namespace AuthServer.Mail.Outbox;

/// <summary>The meter <c>authserver.mail</c>: mails by outcome.</summary>
internal sealed class MailMetrics(IMeterFactory meters)
{
    public const string MeterName = "authserver.mail";
    public const string Dead = "dead";

    private readonly Counter<long> _outcomes = meters.Create(MeterName)
        .CreateCounter<long>(
            "authserver.mail.outcomes", "{mail}",
            "Mails by outcome: sent, dropped, put_off, refused, unusable; dead counts those given up for any reason");

    public void Count(string outcome) => _outcomes.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
