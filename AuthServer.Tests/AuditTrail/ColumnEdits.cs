using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.AuditTrail;

/// <summary>Changes to each column of a table, to test that every one is detected.</summary>
internal static class ColumnEdits
{
    public static TheoryData<string, string> Each(Dictionary<string, string[]> edits)
    {
        var data = new TheoryData<string, string>();
        foreach (var (column, value) in edits.SelectMany(edit => edit.Value.Select(value => (edit.Key, value))))
        {
            data.Add(column, value);
        }

        return data;
    }

    /// <summary>All columns that can be changed.</summary>
    public static Task<string[]> ColumnsOfAsync(TestDatabase database, string table) =>
        database.QueryAsync<string[]>(
            "SELECT array_agg(column_name::text) FROM information_schema.columns "
                + $"WHERE table_name = '{table}' AND column_name <> 'id'");
}
