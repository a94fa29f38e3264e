using AuthServer.Mail.Outbox;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Mail;

/// <summary>Two servers, and so two dispatchers, on one outbox.</summary>
public sealed class MailOrderTests(MailingServer server) : IClassFixture<MailingServer>
{
    private const int Count = 1000;

    private static readonly string Queue = OutboxInsert.Sql(
        "'test'", address: "format('person%s@example.net', age)", language: "'en'", at: "at",
        from: "(SELECT age, @now - age * interval '1 second' AS at FROM generate_series(1, 1000) age ORDER BY random()) queued");

    [Fact]
    public async Task A_thousand_mails_that_waited_for_the_mail_server_leave_by_age_none_lost_and_none_twice()
    {
        server.Sink.Stop();
        server.StartReplica();
        await server.Database.ExecuteAsync(Queue, ("now", server.Clock.GetUtcNow()));
        await Eventually.TrueAsync(
            () => server.Logs.Lines.Count(line => line.Contains(" 4000 ", StringComparison.Ordinal)) == 2,
            "two dispatchers that find the mail server away");

        server.Sink.Start();
        var mails = await server.Sink.WaitForAsync(Count);

        await Eventually.TrueAsync(
            async () =>
                await server.Database.QueryAsync<long>("SELECT count(*) FROM email_outbox WHERE state = 'sent' AND attempts = 1") == Count,
            "a thousand mails done with");
        mails.Select(mail => mail.MessageId).Should().HaveCount(Count).And.OnlyHaveUniqueItems();
        var order =
            mails.Select(
                mail =>
                    Count - int.Parse(
                        mail.To.Single().AsSpan("person".Length, mail.To.Single().IndexOf('@', StringComparison.Ordinal) - "person".Length),
                        provider: null)).ToList();
        order.Order().Should().Equal(Enumerable.Range(0, Count));
        mails
            .Zip(order)
            .GroupBy(pair => pair.First.Connection)
            .Should()
            .AllSatisfy(run => run.Select(pair => pair.Second).Should().BeInAscendingOrder());
        MostOvertaken(order).Should().BeLessThanOrEqualTo(
            OutboxBatch.Most, "only the other dispatcher's few can be older and still on their way");
    }

    // The largest number of older mails that had not arrived when a mail arrived.
    private static int MostOvertaken(List<int> order)
    {
        var (arrived, oldestMissing, most) = (new SortedSet<int>(), 0, 0);
        foreach (var rank in order)
        {
            arrived.Add(rank);
            while (arrived.Contains(oldestMissing))
            {
                oldestMissing++;
            }

            most = rank < oldestMissing
                ? most
                : Math.Max(most, rank - oldestMissing - (arrived.GetViewBetween(oldestMissing, rank).Count - 1));
        }

        return most;
    }
}
