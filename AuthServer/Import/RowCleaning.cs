using AuthServer.Accounts.Credentials;

namespace AuthServer.Import;

/// <summary>Turns a row into a cleaned person, or says why it cannot be imported.</summary>
internal sealed class RowCleaning(ImportRequest request, PasswordSettings passwords)
{
    private const int LongestName = 200, LongestSpecialty = 100, LongestPool = 100, LongestNumber = 64;

    private readonly bool _isOfPhysicians = request.Fields == FieldSet.Physicians;

    private string IdField => _isOfPhysicians ? "physician_id" : "id";

    private string NameField => _isOfPhysicians ? "physician_name" : "full_name";

    /// <summary>Exactly one of the two is set.</summary>
    public (Candidate? Candidate, RowResult? Skipped) Clean(SourceRow row)
    {
        var reading = new RowReading(row, request.Source);
        var id = reading.Id(IdField, RowReasons.MissingId);
        var name = reading.Text(NameField, LongestName);
        var email = reading.Email("email");
        var practice = _isOfPhysicians ? Practice(reading) : null;
        var hash = reading.Hash("password_hash", passwords);
        var isVerified = reading.Flag("email_verified") || (request.TrustsEmails && hash is not null);
        var (language, userName) = (reading.Language("language"), reading.UserNameIn("username"));
        if (name is null && _isOfPhysicians)
        {
            reading.Warn(RowReasons.MissingName, null);
        }

        return reading.Reason is null
            ? (new(
                row.Raw.Number, id, email!)
            {
                FullName = name,
                UserName = userName,
                Language = language,
                IsEmailVerified = isVerified,
                PasswordHash = hash,
                Practice = practice,
                Warnings = reading.Warnings
            }, null)
            : (null, reading.Skipped(IdField, "email"));
    }

    private static CandidatePractice Practice(RowReading reading)
    {
        var clinic = reading.Id("vendor_id", RowReasons.MissingVendor);
        var (clinicName, number, jurisdiction) = (reading.Text("vendor_name", LongestName),
            reading.Text("license_number", LongestNumber), reading.Jurisdiction("jurisdiction"));
        return new(clinic, clinicName)
        {
            Specialty = reading.Text("specialty", LongestSpecialty),
            PrivatePool = reading.Pool("private_pool", LongestPool),
            IsAway = reading.Flag("vacation_mode"),
            Licence = number is null ? null : new(jurisdiction, number),
        };
    }
}
