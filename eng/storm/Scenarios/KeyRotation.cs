using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;

namespace AuthServer.Storm.Scenarios;

/// <summary>
/// The signing key's season is cut short by SQL, and a third replica's start makes the rotation job announce the next
/// one. What was signed before the change must work after it, on either replica, and no good token is ever refused.
/// </summary>
internal static class KeyRotation
{
    private static readonly TimeSpan Announced = TimeSpan.FromSeconds(4);

    public static async Task RunAsync(Stage stage, Report report)
    {
        var rotations = stage.IsShort ? 2 : 8;
        var witnesses = await stage.SignedInDevicesAsync(rotations);
        await using var traffic = Traffic.Start(await stage.SignedInDevicesAsync(16), [stage.A, stage.B], TimeSpan.FromMilliseconds(20));
        var after = new List<Answer>();
        var changed = 0;
        foreach (var witness in witnesses)
        {
            await witness.RefreshAsync(stage.A);
            var before = KeyOf(witness.AccessToken);
            await RotateAsync(stage);
            after.AddRange(
                [
                    await witness.MeAsync(stage.A), await witness.MeAsync(stage.B), await witness.VerifyAsync(stage.A),
                    await witness.VerifyAsync(stage.B)]);
            await witness.RefreshAsync(stage.B);
            changed += KeyOf(witness.AccessToken) != before
                && await PublishesAsync(stage.A, before)
                && await PublishesAsync(stage.B, before) ? 1 : 0;
        }

        var samples = await traffic.StopAsync();
        var refused = samples.Count(sample => sample.Answer.Status != 200);
        report.Add(changed == rotations && after.All(answer => answer.Status == 200), "rotation, tokens from before",
            $"{rotations} rotations, {changed} with a new key and the old one published; "
                + $"{after.Count(answer => answer.Status == 200)} of {after.Count} old tokens taken on A and B");
        report.Add(
            refused == 0, "rotation under load",
            $"{samples.Count} requests, "
                + $"{refused} refused ({Figures.Tally(samples.Select(sample => sample.Answer).Where(answer => answer.Status != 200))})");
    }

    private static async Task RotateAsync(Stage stage)
    {
        await stage.Cluster.ExecuteAsync("""
            WITH shortened AS (
                UPDATE signing_keys SET retires_at = now() + @announced WHERE activates_at = (SELECT max(activates_at) FROM signing_keys))
            SELECT pg_notify('signing_keys', '')
            """, ("announced", Announced));
        var over = Task.Delay(Announced);
        stage.C.Start();
        await stage.C.ReadyAsync();
        if ((await stage.C.TerminateAsync()).ExitCode != 0)
        {
            throw new InvalidOperationException("The third replica did not end well.");
        }

        await over;
    }

    private static string KeyOf(string accessToken) =>
        JsonNode.Parse(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(accessToken.Split('.')[0])))!["kid"]!.GetValue<string>();

    private static async Task<bool> PublishesAsync(ServerProcess server, string key) =>
        (await server.Http.GetStringAsync("/.well-known/jwks.json")).Contains(key, StringComparison.Ordinal);
}
