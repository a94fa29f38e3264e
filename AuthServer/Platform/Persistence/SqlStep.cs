using System.Net;
using Npgsql;
using NpgsqlTypes;

namespace AuthServer.Platform.Persistence;

/// <summary>Creates SQL statements and typed parameters: PostgreSQL needs the type of a NULL as well.</summary>
internal static class SqlStep
{
    public static NpgsqlBatchCommand Of(string sql) => new(sql);

    public static NpgsqlBatchCommand Add<T>(this NpgsqlBatchCommand step, string name, T value)
    {
        step.Parameters.Add(Parameter(name, value));
        return step;
    }

    public static NpgsqlCommand Add<T>(this NpgsqlCommand command, string name, T value)
    {
        command.Parameters.Add(Parameter(name, value));
        return command;
    }

    public static NpgsqlParameter Parameter<T>(string name, T value) => TypeOf(typeof(T)) is { } type
        ? new NpgsqlParameter(name, type) { Value = (object?)value ?? DBNull.Value }
        : new NpgsqlParameter<T>(name, value);

    // For nullable types; Npgsql infers the others.
    private static NpgsqlDbType? TypeOf(Type type) =>
        type == typeof(string) ? NpgsqlDbType.Text
        : type == typeof(Guid?) ? NpgsqlDbType.Uuid
        : type == typeof(IPAddress) ? NpgsqlDbType.Inet
        : null;
}
