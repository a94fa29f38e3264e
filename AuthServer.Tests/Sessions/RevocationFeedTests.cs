using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AuthServer.Platform.Authorization;
using AuthServer.Platform.Persistence;
using AuthServer.Platform.Web;
using AuthServer.Sessions.Revocation;
using AuthServer.Sessions.SigningKeys;
using Npgsql;

namespace AuthServer.Tests.Sessions;

/// <summary>What a replica does when it has lost its LISTEN connection and the database is gone.</summary>
public sealed class RevocationFeedTests
{
    private readonly ListenConnectionState _connection = new();
    private readonly Guid _session = Guid.NewGuid();

    [Fact]
    public async Task While_nobody_listens_at_the_databases_port_memory_decides()
    {
        using var nobody = new StandIn(null);
        await using var database = Connect(nobody.Free());
        var feed = FeedThatHeardEverything(database);
        feed.Receive(_session.ToString());

        (await feed.RefusalAsync(SomeCaller(Guid.NewGuid()), default)).Should().BeNull();
        (await feed.RefusalAsync(SomeCaller(_session), default)).Should().Be(ErrorCodes.SessionRevoked);
    }

    [Theory]
    [InlineData("57P01")]
    [InlineData("57P02")]
    [InlineData("57P03")]
    public async Task While_PostgreSQL_says_that_it_is_down_memory_decides(string state)
    {
        using var stopping = new StandIn(state);
        await using var database = Connect(stopping.Port);

        (await FeedThatHeardEverything(database).RefusalAsync(SomeCaller(_session), default)).Should().BeNull();
    }

    [Theory]
    [InlineData(StandIn.Silence)]
    [InlineData("53300")]
    [InlineData("28P01")]
    public async Task A_database_that_is_silent_or_refuses_for_another_reason_lets_nobody_in(string state)
    {
        using var silent = new StandIn(state);
        await using var database = Connect(silent.Port);

        await FeedThatHeardEverything(database)
            .Invoking(feed => feed.RefusalAsync(SomeCaller(_session), default).AsTask())
            .Should()
            .ThrowAsync<NpgsqlException>();
    }

    [Fact]
    public async Task Memory_that_may_have_missed_something_decides_nothing()
    {
        using var nobody = new StandIn(null);
        await using var database = Connect(nobody.Free());
        var feed = FeedThatHeardEverything(database);
        _connection.MayHaveMissed();

        await feed.Invoking(it => it.RefusalAsync(SomeCaller(_session), default).AsTask()).Should().ThrowAsync<NpgsqlException>();
    }

    [Fact]
    public async Task Memory_that_was_never_filled_decides_nothing()
    {
        using var nobody = new StandIn(null);
        await using var database = Connect(nobody.Free());

        await NewFeed(database)
            .Invoking(feed => feed.RefusalAsync(SomeCaller(_session), default).AsTask())
            .Should()
            .ThrowAsync<NpgsqlException>();
    }

    private RevocationFeed FeedThatHeardEverything(NpgsqlDataSource database)
    {
        _connection.HeardAt(Stopwatch.GetTimestamp());
        _connection.Lost();
        return NewFeed(database);
    }

    private RevocationFeed NewFeed(NpgsqlDataSource database) => new(_connection, database, new TokenSettings(), TimeProvider.System);

    private static Caller SomeCaller(Guid session) =>
        new(Guid.NewGuid(), session, 0, DateTimeOffset.UnixEpoch, IsEmailVerified: true, null);

    private static NpgsqlDataSource Connect(int port) =>
        NpgsqlDataSource.Create(
            $"Host=127.0.0.1;Port={port};Username=nobody;Password=none;Timeout=1;SSL Mode=Disable;GSS Encryption Mode=Disable");

    /// <summary>Takes a database's place: replies to each start-up with one error, or not at all.</summary>
    private sealed class StandIn : IDisposable
    {
        public const string Silence = "";

        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public StandIn(string? state)
        {
            _listener.Start();
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
            _ = AnswerAsync(state);
        }

        public int Port { get; }

        /// <summary>Releases the port.</summary>
        public int Free()
        {
            _listener.Stop();
            return Port;
        }

        public void Dispose() => _listener.Dispose();

        private async Task AnswerAsync(string? state)
        {
            while (state is not null)
            {
                using var connection = await _listener.AcceptTcpClientAsync();
                var stream = connection.GetStream();
                // Read the start-up message completely: closing with unread data would reset the connection.
                var length = new byte[4];
                await stream.ReadExactlyAsync(length);
                await stream.ReadExactlyAsync(new byte[BinaryPrimitives.ReadInt32BigEndian(length) - length.Length]);
                if (state == Silence)
                {
                    await Task.Delay(Timeout.Infinite);
                }

                // ErrorResponse of PostgreSQL's protocol 3: severity, code, message.
                var fields = Encoding.ASCII.GetBytes($"SFATAL\0VFATAL\0C{state}\0Mnot available\0\0");
                await stream.WriteAsync((byte[])[(byte)'E', 0, 0, 0, (byte)(fields.Length + 4), .. fields]);
            }
        }
    }
}
