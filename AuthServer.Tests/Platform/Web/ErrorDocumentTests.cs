using System.Globalization;
using System.Text.RegularExpressions;
using AuthServer.Platform.Web;
using AuthServer.Tests.Infrastructure;

namespace AuthServer.Tests.Platform.Web;

public sealed partial class ErrorDocumentTests
{
    [Fact]
    public void Each_error_code_has_a_row_with_its_status_and_what_an_app_should_do()
    {
        var rows = Repository.Read("docs/errors.md").Split('\n')
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Trim('|', ' ').Split(" | "))
            .ToList();

        rows.Should().OnlyContain(cells => cells.Length == 4 && cells.All(cell => cell.Trim().Length > 0));
        rows.Select(cells => (cells[0].Trim('`'), int.Parse(cells[1], CultureInfo.InvariantCulture)))
            .Should().Equal(ErrorCodes.All.Select(error => (error.Code, error.Status)));
    }

    [Fact]
    public void The_detail_of_an_error_is_what_the_document_tells_apps_to_do()
    {
        var rows = Repository.Read("docs/errors.md").Split('\n')
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Trim('|', ' ').Split(" | "))
            .ToDictionary(cells => cells[0].Trim('`'), cells => cells[3], StringComparer.Ordinal);

        foreach (var error in ErrorCodes.All.Where(error => Remedies.Of(error) != error.Meaning))
        {
            Link().Replace(rows[error.Code], "${text}").Should().Be(Remedies.Of(error), "of {0}", error.Code);
        }
    }

    [GeneratedRegex(@"\[(?<text>[^\]]+)\]\([^)]+\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();

    [Fact]
    public void Codes_are_unique_and_snake_case()
    {
        ErrorCodes.All
            .Select(error => error.Code)
            .Should()
            .OnlyHaveUniqueItems().And
            .AllSatisfy(code => code.Should().MatchRegex("^[a-z]+(_[a-z]+)*$"));
    }
}
