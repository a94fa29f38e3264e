using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using AuthServer.Accounts.Credentials;
using AuthServer.Tests.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace AuthServer.Tests.Accounts.Credentials;

/// <summary>Over a real socket.</summary>
public sealed class BreachedPasswordTests : IAsyncLifetime, IDisposable
{
    // SHA-1 of "password" is 5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8 (the example in the service's own documentation).
    private const string Breached = "password";
    private const string Suffix = "1E4C9B93F3F0682250B6CF8331B7EE68FD8";
    private const string OtherRow = "0018A45C4D1DEF81644B54AB7F969B88D65:21";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly BreachService _service = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly LogCapture _logs = new();
    private readonly List<string> _counted = [];
    private readonly MeterListener _listener = new();
    private readonly List<ServiceProvider> _providers = [];

    public Task InitializeAsync() => _service.StartAsync();

    public async Task DisposeAsync() => await _service.DisposeAsync();

    public void Dispose()
    {
        _listener.Dispose();
        _providers.ForEach(provider => provider.Dispose());
        _logs.Dispose();
    }

    [Fact]
    [Trait("ASVS", "6.2.12")]
    public async Task A_password_that_is_among_the_rows_was_seen_and_only_five_characters_of_its_hash_were_sent()
    {
        _service.Answer = BreachService.RowsAsync(OtherRow, $"{Suffix}:9545824");

        (await IsBreachedAsync()).Should().BeTrue();

        _service.Asked.Should().Equal("/range/5BAA6 true");
        _counted.Should().Equal("found");
        _logs.Lines.Should().BeEmpty("not even those five characters belong into a log");
    }

    [Fact]
    public async Task The_normal_form_is_what_is_asked_for()
    {
        _service.Answer = BreachService.RowsAsync($"{Suffix}:1");

        (await IsBreachedAsync(password: "\uFF50assword")).Should().BeTrue();
    }

    [Theory]
    [InlineData(OtherRow)]
    [InlineData(OtherRow, Suffix + ":0")]
    [InlineData(Suffix + ":0", "A" + OtherRow)]
    [InlineData(OtherRow, Suffix + ":-1", Suffix + ":", Suffix, Suffix + ": 12", "X" + Suffix + ":12")]
    public async Task A_password_that_is_not_among_the_rows_or_only_as_padding_was_not(params string[] rows)
    {
        _service.Answer = BreachService.RowsAsync(rows);

        (await IsBreachedAsync()).Should().BeFalse();

        _counted.Should().Equal("not_found");
        _logs.Lines.Should().BeEmpty();
    }

    public static TheoryData<string, Func<HttpContext, Task>> Failures => new()
    {
        { "an error", context => { context.Response.StatusCode = 500; return context.Response.WriteAsync($"{Suffix}:1"); } },
        { "too many requests", context => { context.Response.StatusCode = 429; return Task.CompletedTask; } },
        { "silence", context => Task.Delay(System.Threading.Timeout.Infinite, context.RequestAborted)
            .ContinueWith(static _ => { }, TaskScheduler.Default) },
        { "a beginning and no end", BreachService.HangAsync },
        { "a page", BreachService.RowsAsync("<!DOCTYPE html>", "<title>Sign in to this network</title>") },
        { "nothing", BreachService.RowsAsync() },
        { "noise", context => context.Response.Body.WriteAsync(Enumerable.Range(0, 4096).Select(number => (byte)(number * 37)).ToArray())
            .AsTask() },
        { "too much", BreachService.RowsAsync([.. Enumerable.Repeat(OtherRow, 20_000), $"{Suffix}:1"]) },
        { "a hang-up", context => { context.Abort(); return Task.CompletedTask; } },
        { "another length than announced", async context => { context.Response.ContentLength = 5000; await context.Response.WriteAsync(
            $"{Suffix}:1\r\n"); await context.Response.Body.FlushAsync(); context.Abort(); } },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_service_that_answers_with_anything_else_keeps_nobody_out(string what, Func<HttpContext, Task> answer)
    {
        _service.Answer = answer;

        (await IsBreachedAsync().WaitAsync(Timeout)).Should().BeFalse("{0} is no answer", what);

        _counted.Should().Equal("failed");
        _logs.Lines
            .Should()
            .ContainSingle().Which
            .Should()
            .StartWith("Warning").And
            .Contain("Password:BreachCheckUrl").And
            .NotContainAny(Suffix, "5BAA6");
    }

    [Fact]
    public async Task A_redirection_is_not_followed()
    {
        _service.Answer = context =>
        {
            context.Response.Redirect($"{_service.Url}elsewhere");
            return context.Request.Path.Value!.EndsWith("elsewhere", StringComparison.Ordinal)
                ? BreachService.RowsAsync($"{Suffix}:1")(context)
                : Task.CompletedTask;
        };

        (await IsBreachedAsync()).Should().BeFalse();

        _service.Asked.Should().Equal("/range/5BAA6 true");
        _counted.Should().Equal("failed");
    }

    [Fact]
    public async Task A_service_that_is_not_there_keeps_nobody_out()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var url = $"http://{closed.LocalEndpoint}/";
        closed.Stop();

        (await IsBreachedAsync(url)).Should().BeFalse();

        _counted.Should().Equal("failed");
    }

    [Fact]
    public async Task That_it_fails_is_said_once_a_minute()
    {
        _service.Answer = BreachService.RowsAsync();
        var passwords = Make(_service.Url);

        for (var time = 0; time < 3; time++)
        {
            await passwords.ContainAsync(Breached, CancellationToken.None);
        }

        _logs.Lines.Should().ContainSingle();
        _clock.Advance(TimeSpan.FromSeconds(59));
        await passwords.ContainAsync(Breached, CancellationToken.None);
        _logs.Lines.Should().ContainSingle();
        _clock.Advance(TimeSpan.FromSeconds(1));
        await passwords.ContainAsync(Breached, CancellationToken.None);
        _logs.Lines.Should().HaveCount(2);
        _counted.Should().HaveCount(5).And.OnlyContain(outcome => outcome == "failed");
    }

    [Fact]
    public async Task Whoever_hangs_up_is_not_a_failure_of_the_service()
    {
        using var hangUp = new CancellationTokenSource();
        _service.Answer = async context =>
        {
            await hangUp.CancelAsync();
            await BreachService.HangAsync(context);
        };

        var asking = () => Make(_service.Url).ContainAsync(Breached, hangUp.Token);

        await asking.Should().ThrowAsync<OperationCanceledException>();
        _counted.Should().BeEmpty();
    }

    [Fact]
    public async Task Without_an_address_nobody_is_asked()
    {
        (await IsBreachedAsync("")).Should().BeFalse();

        _counted.Should().BeEmpty();
    }

    private Task<bool> IsBreachedAsync(string? url = null, string password = Breached) =>
        Make(url ?? _service.Url).ContainAsync(password, CancellationToken.None);

    private BreachedPasswords Make(string url)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(_logs)).AddMetrics();
        services
            .AddSingleton(new PasswordSettings { BreachCheckUrl = url })
            .AddSingleton<TimeProvider>(_clock)
            .AddSingleton<BreachedPasswords>();
        BreachedPasswords.AddClient(services);
        var provider = services.BuildServiceProvider();
        _providers.Add(provider);
        var meters = provider.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == BreachedPasswords.ChecksName && instrument.Meter.Scope == meters)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, _, tags, _) => _counted.Add((string)tags[0].Value!));
        _listener.Start();
        return provider.GetRequiredService<BreachedPasswords>();
    }
}
