using AuthServer.AuditTrail;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Docs;

public sealed class AuditDocumentTests
{
    [Fact]
    public void Each_type_of_event_has_a_row_that_says_what_happened()
    {
        var appendix = Repository.Read("docs/audit.md").Split("## All types")[1];
        var rows = appendix
            .Split('\n')
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Trim('|', ' ').Split(" | "))
            .ToList();

        rows.Should().OnlyContain(cells => cells.Length == 2 && cells[1].Trim().Length > 0);
        rows.Select(cells => cells[0].Trim('`')).Should().Equal(AuditEvents.All);
    }
}
