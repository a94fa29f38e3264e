global using FluentAssertions;
global using Xunit;
using System.Runtime.Versioning;

// Tests check Unix file modes; the PostgreSQL programs they need are expected on Linux anyway.
[assembly: SupportedOSPlatform("linux")]
[assembly: SupportedOSPlatform("macos")]
