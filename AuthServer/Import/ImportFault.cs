namespace AuthServer.Import;

/// <summary>Why a source, a map or an output file cannot be used; the message is for the operator.</summary>
internal sealed class ImportFault(string message) : Exception(message);
