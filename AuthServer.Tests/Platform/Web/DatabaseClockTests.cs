using AuthServer.Platform.Persistence;
using Microsoft.Extensions.Time.Testing;

namespace AuthServer.Tests.Platform.Web;

public sealed class DatabaseClockTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _machine = new(Noon);

    [Theory]
    [InlineData(30)]
    [InlineData(-30)]
    [InlineData(600)]
    public void A_clock_that_is_off_is_put_right(int seconds)
    {
        var shared = new DatabaseClock(_machine);

        shared.Compare(database: Noon, machine: Noon.AddSeconds(seconds));

        shared.GetUtcNow().Should().Be(Noon.AddSeconds(-seconds));
    }

    [Fact]
    public void What_the_answer_may_have_taken_is_no_difference()
    {
        var shared = new DatabaseClock(_machine);
        shared.Compare(database: Noon, machine: Noon.AddSeconds(30));

        shared.Compare(database: Noon, machine: Noon.AddMilliseconds(-900));

        shared.GetUtcNow().Should().Be(Noon);
    }

    [Theory]
    [InlineData(59, false)]
    [InlineData(-59, false)]
    [InlineData(61, true)]
    [InlineData(-61, true)]
    public void A_clock_that_nobody_would_believe_is_told_from_one_that_is_merely_off(int seconds, bool isFarOff)
    {
        var shared = new DatabaseClock(_machine);

        shared.Compare(database: Noon, machine: Noon.AddSeconds(seconds));

        shared.IsMachineFarOff.Should().Be(isFarOff);
    }
}
