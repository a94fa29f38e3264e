namespace AuthServer.Platform.Persistence;

/// <summary>Data a request needs has not been loaded from the database yet. Answered like an unavailable database.</summary>
internal sealed class NotReadyException(string message) : Exception(message);
