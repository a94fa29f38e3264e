namespace AuthServer.Accounts.Credentials;

internal static partial class Log
{
    [LoggerMessage(
        EventId = 1200, Level = LogLevel.Warning,
        Message = "The breach service (Password:BreachCheckUrl) fails; passwords are only checked against the built-in list. Logged once "
            + "a minute at most")]
    public static partial void BreachCheckFailed(ILogger logger, Exception exception);

    [LoggerMessage(
        EventId = 1201, Level = LogLevel.Error,
        Message = "A stored password hash has an unknown format; its owner cannot sign in with a password until they set a new one")]
    public static partial void UnknownHash(ILogger logger);

    [LoggerMessage(
        EventId = 1202, Level = LogLevel.Error,
        Message = "A stored bcrypt hash of cost {Cost} was not computed: Password:MaxImportedBcryptCost is less")]
    public static partial void HashTooCostly(ILogger logger, int cost);

    [LoggerMessage(EventId = 1205, Level = LogLevel.Error, Message = "A stored hash was not computed: {Fault}")]
    public static partial void Argon2TooCostly(ILogger logger, string fault);

    [LoggerMessage(
        EventId = 1206, Level = LogLevel.Error,
        Message = "A stored Argon2id hash could not be compared, because libsodium cannot be loaded: publish the server for this machine "
            + "(dotnet publish --runtime)")]
    public static partial void LibsodiumMissing(ILogger logger);
}
