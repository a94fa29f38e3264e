namespace AuthServer.Storm;

/// <summary>Where eng/faults has put everything.</summary>
internal static class Surroundings
{
    public static string ServerProgram => Get("STORM_SERVER");

    /// <summary>eng/postgres.</summary>
    public static string PostgresScript => Get("STORM_POSTGRES");

    /// <summary>The folder of the cluster, as eng/postgres names it.</summary>
    public static string ClusterFolder => Get("STORM_CLUSTER");

    /// <summary>The server's restricted role.</summary>
    public static string DatabaseUrl => Get("STORM_DATABASE_URL");

    public static string OwnerUrl => Get("STORM_OWNER_URL");

    public static string SuperuserUrl => Get("STORM_SUPERUSER_URL");

    /// <summary>libfaketime; empty where there is none.</summary>
    public static string FakeTimeLibrary => Environment.GetEnvironmentVariable("STORM_FAKETIME") ?? "";

    /// <summary>Where the servers' logs are kept; empty to keep none.</summary>
    public static string LogFolder => Environment.GetEnvironmentVariable("STORM_LOGS") ?? "";

    private static string Get(string variable) =>
        Environment.GetEnvironmentVariable(variable)
            ?? throw new InvalidOperationException($"{variable} is not set: run eng/faults, which sets it.");
}
