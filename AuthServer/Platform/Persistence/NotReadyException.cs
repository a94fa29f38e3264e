namespace AuthServer.Platform.Persistence;

/// <summary>Something a request needs has not been read from the database yet. Answered like an unavailable database.</summary>
internal sealed class NotReadyException(string message) : Exception(message);
