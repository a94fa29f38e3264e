global using FluentAssertions;
global using Xunit;
using System.Runtime.Versioning;

// Where the modes of files are Unix's: the tests need PostgreSQL's programs as those systems have them, anyway.
[assembly: SupportedOSPlatform("linux")]
[assembly: SupportedOSPlatform("macos")]
