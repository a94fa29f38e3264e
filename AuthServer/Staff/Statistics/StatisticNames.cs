namespace AuthServer.Staff.Statistics;

/// <summary>The measures that are counted for the platform and for each tenant.</summary>
internal static class StatisticNames
{
    public const string People = "people";
    public const string ByRole = "by_role";
    public const string ByStatus = "by_status";

    /// <summary>By the tenant's id; only for the platform.</summary>
    public const string ByTenant = "by_tenant";
    public const string NewPerDay = "new_per_day";
    public const string SignInsPerDay = "sign_ins_per_day";

    /// <summary>How many days are shown, including the current one.</summary>
    public const int Days = 30;

    public static string KeyOf(DateOnly day) => day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
