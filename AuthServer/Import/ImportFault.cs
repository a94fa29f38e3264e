namespace AuthServer.Import;

/// <summary>Why a source, a map or a file to write cannot be used, for the operator to read.</summary>
internal sealed class ImportFault(string message) : Exception(message);
