namespace AuthServer.Domain;

/// <summary>One element of the ASP.NET Core Data Protection key ring, encrypted before it is stored.</summary>
public sealed class StoredProtectionKey
{
    private StoredProtectionKey()
    {
    }

    internal StoredProtectionKey(string name, string xml, DateTimeOffset now)
    {
        Name = name;
        Xml = xml;
        CreatedAt = now;
    }

    /// <summary>The framework's name for the element.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The element; its secret part is encrypted.</summary>
    public string Xml { get; internal set; } = "";

    public DateTimeOffset CreatedAt { get; private set; }
}
