using System.Globalization;
using System.Text.Json.Nodes;

namespace AuthServer.Storm.Scenarios;

/// <summary>Many at once with one token, and many guesses at once under one name, over both replicas.</summary>
internal static class Races
{
    private const int Racers = 16;
    private const string Evaluated = "e.type = 'sign_in.failed' AND e.reason = 'invalid_credentials'";
    private const int Guesses = 200;

    public static async Task RunAsync(Stage stage, Report report)
    {
        await RefreshesAsync(stage, report);
        await GuessesAsync(stage, report, stage.Names[0], "from one network", evaluatedAtMost: 5, _ => "192.0.2.1");
        await GuessesAsync(
            stage, report, stage.Names[1], "from 200 networks", evaluatedAtMost: 20,
            number => string.Create(CultureInfo.InvariantCulture, $"198.51.100.{number}"));
    }

    private static async Task RefreshesAsync(Stage stage, Report report)
    {
        var devices = await stage.DevicesAsync(stage.IsShort ? 200 : 1000);
        var answers = new List<Answer>();
        var forked = 0;
        foreach (var four in devices.Chunk(4))
        {
            var raced = await Task.WhenAll(four.Select(device => RaceAsync(stage, device)));
            answers.AddRange(raced.SelectMany(race => race.Answers));
            forked += raced.Count(race => race.Successors != 1);
        }

        var moved =
            await stage.Cluster.CountAsync(
                "SELECT count(*) FROM sessions WHERE id = ANY (@ids) AND generation = 1 AND revoked_at IS NULL",
                ("ids", devices.Select(device => device.SessionId).ToArray()));
        report.Add(forked == 0 && moved == devices.Count && answers.All(answer => answer.Status == 200), "racing refreshes",
            $"{devices.Count} tokens x {Racers}: {Figures.Tally(answers)}; "
                + $"{forked} without exactly one successor, {moved} sessions one generation on");
    }

    private static async Task<(IReadOnlyList<Answer> Answers, int Successors)> RaceAsync(Stage stage, Device device)
    {
        var same = $$"""{"refresh_token":"{{device.RefreshToken}}"}""";
        // One of them goes through the device, so that its ledger knows.
        var answers = await Task.WhenAll(Enumerable.Range(0, Racers).Select(number =>
            number == 0
                ? device.RefreshAsync(stage.A)
                : device.PostAsync(number % 2 == 0 ? stage.A : stage.B, "auth/refresh", same, null)));
        var successors = answers
            .Where(answer => answer.Status == 200)
            .Select(answer => JsonNode.Parse(answer.Body!)!["refresh_token"]!.GetValue<string>())
            .Distinct(StringComparer.Ordinal);
        return (answers, successors.Count());
    }

    private static async Task GuessesAsync(
        Stage stage, Report report, string name, string where, int evaluatedAtMost, Func<int, string> address)
    {
        // Other scenarios may have guessed at the same name.
        var before = await CountAsync(Evaluated);
        var answers = await Task.WhenAll(Enumerable.Range(0, Guesses).Select(number =>
            stage.NewDevice(Guid.NewGuid(), address(number)).PostAsync(
                number % 2 == 0 ? stage.A : stage.B, "auth/login",
                $$"""{"email":"{{name}}","password":"wrong guess number {{number}}"}""", null)));
        var evaluated = await CountAsync(Evaluated) - before;
        var locks = await CountAsync("e.type = 'sign_in.locked'");
        var during =
            await stage.NewDevice(Guid.NewGuid(), address(0))
                .PostAsync(stage.A, "auth/login", $$"""{"email":"{{name}}","password":"{{Stage.Password}}"}""", null);
        report.Add(
            evaluated <= evaluatedAtMost
                && evaluated > 0
                && locks == 1
                && during.Status == 429
                && answers.All(answer => answer.Status is 401 or 429 or 503),
            $"parallel guessing {where}",
            $"{Guesses} guesses: {Figures.Tally(answers)}; {evaluated} evaluated (at most {evaluatedAtMost}), {locks} lock, "
                + $"the right password meanwhile: {during}");

        Task<long> CountAsync(string which) =>
            stage.Cluster.CountAsync(
                $"SELECT count(*) FROM audit_events e JOIN users u ON u.id = e.subject_id WHERE u.email = @name AND {which}",
                ("name", name));
    }
}
