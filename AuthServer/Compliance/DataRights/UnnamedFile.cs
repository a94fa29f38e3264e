namespace AuthServer.Compliance.DataRights;

/// <summary>
/// A temporary file that loses its name as soon as it is open, so that it ends with the process even if that is killed; its folder is its
/// own, for the server's user alone, so that whoever cleans the system's temporary folder cannot take away what the next one needs.
/// </summary>
internal static class UnnamedFile
{
    public static FileStream Open()
    {
        var folder = Directory.CreateTempSubdirectory("authserver-copy-").FullName;
        try
        {
            return new(Path.Combine(folder, "copy"), new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                // Without it, Windows would not let the name be deleted.
                Share = FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
