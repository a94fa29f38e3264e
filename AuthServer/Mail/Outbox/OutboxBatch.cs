using AuthServer.Domain;
using AuthServer.Mail.Transport;

namespace AuthServer.Mail.Outbox;

/// <summary>What a run came to.</summary>
/// <param name="Claimed">How many mails it had.</param>
/// <param name="Barred">Why the mail server cannot be used, or null.</param>
internal sealed record OutboxBatchOutcome(int Claimed, string? Barred);

/// <summary>The oldest few mails that are due, one after the other over one connection, and what became of each.</summary>
internal sealed class OutboxBatch(
    OutboxQueue queue, IMailTransport transport, MailDelivery delivery, MailMetrics metrics, MailTimeouts timeouts, TimeProvider clock,
    ILogger<OutboxBatch> logger)
{
    public const int Most = 20;
    private const int MostAttempts = 8;

    // Long enough for a mail that is on its way, and shorter than a stopping server waits.
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
            // Whose lease would end before the mail server must have answered would be sent by somebody else as well.
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
