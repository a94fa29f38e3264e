namespace AuthServer.Domain;

/// <summary>
/// The SHA-256 of the id of an account or API key that was erased from the audit log, so that the id cannot come back. Only functions of
/// the database read and write it: the server has no rights on the table.
/// </summary>
internal sealed class ErasedId
{
    private ErasedId()
    {
    }

    public byte[] Digest { get; private set; } = [];
}
