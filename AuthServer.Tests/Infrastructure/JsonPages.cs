using System.Text.Json.Nodes;

namespace AuthServer.Tests.Infrastructure;

/// <summary>Reads the API's paged lists.</summary>
internal static class JsonPages
{
    public static IEnumerable<Guid> Ids(this JsonNode page) => page["items"]!.AsArray().Select(item => item!["id"]!.GetValue<Guid>());

    /// <summary>All ids of a list of five, read in pages of two; asserts that pages by offset and by cursor agree.</summary>
    public static async Task<IReadOnlyList<Guid>> ReadFiveAsync(Func<string, Task<JsonNode>> list)
    {
        var (byNumber, byCursor, after) = (new List<Guid>(), new List<Guid>(), "");
        for (var skip = 0; skip < 5; skip += 2)
        {
            byNumber.AddRange((await list($"skip={skip}&limit=2")).Ids());
            var page = await list($"limit=2{after}");
            byCursor.AddRange(page.Ids());
            page["total"]!.GetValue<int>().Should().Be(5);
            after = $"&after={page["next"]}";
        }

        after.Should().Be("&after=", "the last page has no next");
        byCursor.Should().Equal(byNumber);
        return byNumber;
    }
}
