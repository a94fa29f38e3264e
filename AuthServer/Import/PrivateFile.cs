namespace AuthServer.Import;

/// <summary>
/// Files that contain people's addresses, or links into their accounts, and must be readable by the operator only.
/// </summary>
internal static class PrivateFile
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite
            | UnixFileMode.OtherExecute;

    /// <summary>Creates the file with mode 0600, or opens one that nobody else can read.</summary>
    /// <exception cref="ImportFault">It cannot be written, is a symbolic link, or others could read it.</exception>
    public static FileStream Open(string path)
    {
        FileStream? file = null;
        try
        {
            // A symbolic link could redirect the output to another file.
            if (new FileInfo(path).LinkTarget is not null)
            {
                throw new ImportFault($"{path} is a link: name the file itself.");
            }

            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            file = new FileStream(path, options);
            // Check the open handle: the file at the path could be replaced meanwhile.
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & Others) != UnixFileMode.None)
            {
                throw new ImportFault($"{path} already exists, and others can read it: chmod 600 it, or name another file.");
            }

            return file.CanSeek ? file : throw new ImportFault($"{path} is not a file.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ImportFault)
        {
            file?.Dispose();
            throw exception as ImportFault ?? new ImportFault($"{path} cannot be written: {exception.Message}");
        }
    }
}
