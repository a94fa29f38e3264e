using AuthServer.Domain;
using AuthServer.Mail.Transport;

namespace AuthServer.Mail.Outbox;

/// <summary>The result of one batch: how many mails were claimed and, if the mail server was unavailable, why.</summary>
internal sealed record OutboxBatchOutcome(int Claimed, string? Barred);

/// <summary>Sends the oldest few mails that are due, one after the other over one connection, and records each outcome.</summary>
internal sealed class OutboxBatch(
    OutboxQueue queue, IMailTransport transport, MailDelivery delivery, MailMetrics metrics, MailTimeouts timeouts, TimeProvider clock,
    ILogger<OutboxBatch> logger)
{
    public const int Most = 20;
    private const int MostAttempts = 8;

    // Long enough for a mail in progress, and shorter than the shutdown timeout.
    private static readonly TimeSpan LastMoment = TimeSpan.FromSeconds(5);

    public async Task<OutboxBatchOutcome> RunAsync(CancellationToken stopping)
    {
        var claimed = await queue.ClaimAsync(delivery.Kinds, Most, stopping);
        var beganAt = clock.GetTimestamp();
        using var last = new CancellationTokenSource();
        await using var onStop = stopping.Register(() => last.CancelAfter(LastMoment));
        await using var session = transport.Open();
        string? barred = null;
        foreach (var owed in claimed)
        {
            // Skip a mail whose lease could end before the mail server's timeout: another dispatcher would send it as well.
            if (barred is not null
                || stopping.IsCancellationRequested
                || clock.GetElapsedTime(beganAt) > OutboxQueue.Lease - (2 * timeouts.Mail))
            {
                await queue.ReleaseAsync(owed, error: null);
                continue;
            }

            var outcome = await delivery.DeliverAsync(owed, session, last.Token);
            barred = (outcome as DeliveryOutcome.Unusable)?.Reason;
            await SettleAsync(owed, outcome);
        }

        return new(claimed.Count, barred);
    }

    private async Task SettleAsync(OutgoingEmail owed, DeliveryOutcome outcome)
    {
        metrics.Count(outcome.Name);
        switch (outcome)
        {
            case DeliveryOutcome.Sent:
                await queue.FinishAsync(owed, OutgoingEmailState.Sent, error: null);
                break;
            case DeliveryOutcome.Dropped:
                await queue.FinishAsync(owed, OutgoingEmailState.Dropped, error: null);
                break;
            case DeliveryOutcome.PutOff { Reason: var reason } when owed.Attempts < MostAttempts:
                await queue.PutOffAsync(owed, Backoff.OfAMail.After(owed.Attempts), reason);
                break;
            case DeliveryOutcome.PutOff { Reason: var reason }:
                await GiveUpAsync(owed, reason);
                break;
            case DeliveryOutcome.Refused { Reason: var reason }:
                await GiveUpAsync(owed, reason);
                break;
            case DeliveryOutcome.Unusable { Reason: var reason }:
                await queue.ReleaseAsync(owed, reason);
                break;
        }
    }

    private async Task GiveUpAsync(OutgoingEmail owed, string reason)
    {
        await queue.FinishAsync(owed, OutgoingEmailState.Dead, reason);
        metrics.Count(MailMetrics.Dead);
        Log.GivenUp(logger, owed.Id, owed.Kind, owed.Attempts, reason);
    }
}
