using Npgsql;

namespace AuthServer.Platform.Persistence;

/// <summary>
/// Reads a row in the order of the statement's list, each column by its name: a list that is changed without its reader fails at once,
/// instead of giving one value for another. Nothing is searched for, which would cost more than the reading.
/// </summary>
internal sealed class RowReader(NpgsqlDataReader row)
{
    private int _next;

    public T Read<T>(string name) => row.GetFieldValue<T>(Find(name));

    public T? ReadNullable<T>(string name)
        where T : struct
    {
        var column = Find(name);
        return row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);
    }

    public string? ReadText(string name)
    {
        var column = Find(name);
        return row.IsDBNull(column) ? null : row.GetString(column);
    }

    private int Find(string name) => row.GetName(_next) is var found && found == name
        ? _next++
        : throw new InvalidOperationException($"Column {_next} of the row is {found}, and not {name}.");
}
