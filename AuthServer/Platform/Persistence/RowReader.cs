using Npgsql;

namespace AuthServer.Platform.Persistence;

/// <summary>
/// Reads columns in the order of the statement's list and checks each name, so that a changed list fails at once instead of mixing
/// up values. Columns are not looked up by name, which would cost more than reading them.
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
        : throw new InvalidOperationException($"Column {_next} of the row is {found}, not {name}.");
}
