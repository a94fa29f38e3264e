namespace AuthServer.Storm.Scenarios;

/// <summary>
/// A is asked to end and started again, then B, under load. Clients go to the other replica only if nobody took their
/// connection: what was taken must be answered.
/// </summary>
internal static class RollingRestart
{
    public static async Task RunAsync(Stage stage, Report report)
    {
        var rounds = stage.IsShort ? 1 : 5;
        ServerProcess Other(ServerProcess server) => server == stage.A ? stage.B : stage.A;
        await using var traffic =
            Traffic.Start(await stage.SignedInDevicesAsync(24), [stage.A, stage.B], TimeSpan.FromMilliseconds(25), refused: Other);
        using var end = new CancellationTokenSource();
        var signIns = stage.Names.Take(2).Select(name => SignInAgainAndAgainAsync(stage, name, Other, end.Token)).ToList();
        var drains = new List<double>();
        var exitCodes = new List<int>();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var server in new[] { stage.A, stage.B })
            {
                await Task.Delay(700);
                var (exitCode, milliseconds) = await server.TerminateAsync();
                exitCodes.Add(exitCode);
                drains.Add(milliseconds);
                server.Start();
                await server.ReadyAsync();
            }
        }

        await end.CancelAsync();
        var samples = await traffic.StopAsync();
        var answers = samples.Select(sample => sample.Answer).Concat((await Task.WhenAll(signIns)).SelectMany(list => list)).ToList();
        var lost = answers.Where(answer => answer.Status != 200).ToList();
        report.Add(
            lost.Count == 0, "rolling restart",
            $"{exitCodes.Count} restarts, {answers.Count} requests, {lost.Count} not answered 200 ({Figures.Tally(lost)})");
        report.Add(exitCodes.All(code => code == 0) && drains.Max() <= 10_000, "rolling restart, drain",
            $"exit codes {string.Join(' ', exitCodes.Distinct())}, {Figures.Median(drains):0} ms (median), {drains.Max():0} ms (worst)");
    }

    // Something that takes a fifth of a second, so that there is always work under way when the signal comes.
    private static async Task<List<Answer>> SignInAgainAndAgainAsync(
        Stage stage, string name, Func<ServerProcess, ServerProcess> other, CancellationToken end)
    {
        var answers = new List<Answer>();
        var knocker = stage.NewDevice(Guid.NewGuid());
        for (var server = stage.A; !end.IsCancellationRequested; server = other(server))
        {
            var answer = await SignInAsync(server);
            answers.Add(answer.Fault == Fault.NotSent ? await SignInAsync(other(server)) : answer);
            await Task.Delay(100, CancellationToken.None);
        }

        return answers;

        Task<Answer> SignInAsync(ServerProcess server) =>
            knocker.PostAsync(server, "auth/login", $$"""{"email":"{{name}}","password":"{{Stage.Password}}"}""", null);
    }
}
