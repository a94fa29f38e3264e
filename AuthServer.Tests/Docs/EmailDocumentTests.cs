using AuthServer.Tests.Infrastructure;
using AuthServer.Tests.Mail;

namespace AuthServer.Tests.Docs;

public sealed class EmailDocumentTests
{
    [Fact]
    public void Each_mail_has_a_row_with_its_subject()
    {
        var table = Repository.Read("docs/email.md").Split("## What is sent")[1].Split("\n## ")[0];
        var subjects = table
            .Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Skip(1)
            .Select(line => line.Trim('|', ' ').Split(" | ")[0]);

        subjects
            .Should()
            .BeEquivalentTo(Mails.Names.Select(name => Mails.Content(name, "en").Subject).Distinct(StringComparer.Ordinal));
    }
}
