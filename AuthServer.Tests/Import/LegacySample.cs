using System.Globalization;
using System.Text;
using Bogus;

namespace AuthServer.Tests.Import;

/// <summary>
/// A plausible old system, including its bad data: 44 physicians under 19 vendors, and patients who are only Firebase ids. It is
/// the same on every machine, and docs/samples/legacy is generated from it.
/// </summary>
internal static class LegacySample
{
    public const string Folder = "docs/samples/legacy";

    /// <summary>The password of those whose hashes are included.</summary>
    public const string Password = "the old clinic password";

    public const int Vendors = 19, Physicians = 44;

    public const string Columns = """
        {
          "group_id": "group_id",
          "physician_id": "physician_id",
          "physician_name": "physician_name",
          "email": "email",
          "email_verified": null,
          "password_hash": "password_hash",
          "vendor_id": "vendor_id",
          "vendor_name": "vendor_name",
          "license_number": "license_number",
          "jurisdiction": "jurisdiction",
          "language": "language",
          "specialty": "specialty",
          "private_pool": "private_pool",
          "vacation_mode": "vacation_mode",
          "firebase_patient_ids": "firebase_patient_ids"
        }

        """;

    private const string Markers = "\u200F";

    private static readonly string[] Names =
    [
        "group_id", "vendor_id", "vendor_name", "physician_id", "physician_name", "email", "license_number", "jurisdiction",
            "language", "specialty",
        "private_pool", "vacation_mode", "password_hash", "firebase_patient_ids", "created_at", "internal_notes",
    ];

    private static readonly string[] VendorNames =
    [
        "North Clinic", "מרפאת הצפון", "Galilee Telehealth", "מרכז רפואי השרון", "Carmel Family Medicine", "ד\"ר און-ליין",
            "Negev Health", "מרפאת לב העיר", "Jaffa Port Clinic", "בריאות הילד",
        "Zürich & Partners", "מכון אור", "Heart Line", "עיניים טובות", "Sleep Well", "מרפאת הים", "Mind Matters", "כתף אל כתף",
            "Home Visits Ltd.",
    ];

    private static readonly (string Hebrew, string Latin)[] FirstNames =
    [
        ("נועה", "Noa"), ("דנה", "Dana"), ("יוסף", "Yosef"), ("מרים", "Miriam"), ("אורי", "Uri"), ("תמר", "Tamar"), ("איתן", "Eitan"),
            ("שירה", "Shira"), ("עומר", "Omer"), ("ליאת", "Liat"), ("רון", "Ron"), ("יעל", "Yael"),
    ];

    private static readonly (string Hebrew, string Latin)[] LastNames =
    [
        ("כהן", "Cohen"), ("לוי", "Levi"), ("מזרחי", "Mizrahi"), ("פרץ", "Peretz"), ("ביטון", "Biton"), ("אברהם", "Avraham"),
            ("פרידמן", "Friedman"), ("חדד", "Haddad"), ("שפירא", "Shapira"), ("גולן", "Golan"), ("בן דוד", "Ben David"),
    ];

    private static readonly Dictionary<int, string> Hashes = new()
    {
        [2] = "$2b$10$abcdefghijklmnopqrstuu3hInl00VrACosdBNiSU2fcxUZDC9lUO",
        [8] = "$2a$10$OldClinicSaltNumberTwe0h0z7BUSi6fQ9v8c5wCKgTTRmTXenq2",
        [14] = "$2y$10$ThirdSaltOfTheSample..N0thAI0MtKVcr6UKi2Kr6DFUhSeqBpe",
        [20] = "5f4dcc3b5aa765d61d8327deb882cf99",
    };

    /// <summary>A row for each group: a physician at a vendor.</summary>
    public static IReadOnlyList<Dictionary<string, string?>> Rows()
    {
        var faker = new Faker { Random = new Randomizer(19_44) };
        var rows = Enumerable.Range(1, Physicians).Select(number => Row(faker, number)).ToList();
        Spoil(rows);
        // One physician works at a second clinic, and one was entered twice.
        rows.Add(new(rows[2], StringComparer.Ordinal) { ["group_id"] = "45", ["vendor_id"] = "9", ["vendor_name"] = VendorNames[8] });
        rows.Add(new(rows[6], StringComparer.Ordinal) { ["group_id"] = "46" });
        return rows;
    }

    public static string Csv() =>
        Names.Aggregate((one, next) => $"{one},{next}")
            + "\n"
            + string.Concat(Rows().Select(row => string.Join(',', Names.Select(name => Quoted(row[name]))) + "\n"));

    public static string Sql()
    {
        var sql = new StringBuilder("""
            -- A stand-in for the old system, made by AuthServer.Tests/Import/LegacySample.cs: psql -d some_database -f dd_api.sql
            CREATE SCHEMA dd_api;
            CREATE TABLE dd_api.groups (
                group_id bigint PRIMARY KEY,
                vendor_id integer NOT NULL,
                vendor_name text,
                physician_id integer NOT NULL,
                physician_name text,
                email text,
                license_number text,
                jurisdiction text,
                language text,
                specialty text,
                private_pool boolean,
                vacation_mode boolean,
                password_hash text,
                firebase_patient_ids text[],
                created_at timestamptz,
                internal_notes text
            );

            """);
        foreach (var row in Rows())
        {
            sql.Append(
                CultureInfo.InvariantCulture,
                $"INSERT INTO dd_api.groups VALUES ({string.Join(", ", Names.Select(name => Literal(row[name])))});\n");
        }

        return sql.ToString();
    }

    private static Dictionary<string, string?> Row(Faker faker, int number)
    {
        var (first, last) = (FirstNames[(number * 5) % FirstNames.Length], LastNames[number % LastNames.Length]);
        var (vendor, isHebrew) = ((number - 1) % Vendors, faker.Random.Number(9) < 6);
        return new(StringComparer.Ordinal)
        {
            ["group_id"] = number.ToString(CultureInfo.InvariantCulture),
            ["vendor_id"] = (vendor + 1).ToString(CultureInfo.InvariantCulture),
            ["vendor_name"] = VendorNames[vendor],
            ["physician_id"] = number.ToString(CultureInfo.InvariantCulture),
            ["physician_name"] = isHebrew ? $"{first.Hebrew} {last.Hebrew}" : $"{first.Latin} {last.Latin}",
            ["email"] = $"{first.Latin}.{last.Latin}{number}@clinic{vendor + 1}.example".Replace(" ", "", StringComparison.Ordinal)
                .ToLowerInvariant(),
            ["license_number"] = faker.Random.ReplaceNumbers("1-#####"),
            ["jurisdiction"] = faker.PickRandom("IL", "IL", "il", "US-NY", ""),
            ["language"] = faker.PickRandom("he", "Hebrew", "עברית", "en", "EN", "ru", ""),
            ["specialty"] = faker.PickRandom("cardiology", "family medicine", "רפואת ילדים", "psychiatry", "dermatology"),
            ["private_pool"] = faker.Random.Number(9) < 2 ? "true" : "false",
            ["vacation_mode"] = faker.Random.Number(9) < 1 ? "true" : "false",
            ["password_hash"] = Hashes.GetValueOrDefault(number),
            ["firebase_patient_ids"] =
                $"{{{string.Join(',', Enumerable.Range(0, faker.Random.Number(3, 20)).Select(_ => faker.Random.AlphaNumeric(28)))}}}",
            ["created_at"] = faker.Date.Between(new(2019, 1, 1, 0, 0, 0, DateTimeKind.Utc), new(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc))
                .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["internal_notes"] = faker.Random.Number(9) < 2 ? "called twice, \"will come back\"" : null,
        };
    }

    // Errors as years of typing and pasting produce them.
    private static void Spoil(List<Dictionary<string, string?>> rows)
    {
        void Set(int number, string name, Func<string, string?> spoil) => rows[number - 1][name] = spoil(rows[number - 1][name] ?? "");

        foreach (var number in new[] { 1, 12, 25, 40 })
        {
            Set(number, "physician_name", name => $"  {name.Replace(" ", " \u00A0 ", StringComparison.Ordinal)} ");
            Set(number, "email", email => $" {email}\t");
        }

        foreach (var number in new[] { 4, 13, 26, 38 })
        {
            Set(number, "email", email => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(email));
            Set(number, "physician_name", name => Markers + name);
        }

        foreach (var number in new[] { 11, 29 })
        {
            Set(number, "email", _ => number == 11 ? null : "   ");
        }

        Set(16, "email", email => email.Replace("@", "(at)", StringComparison.Ordinal));
        Set(23, "email", _ => rows[21]["email"]!.ToUpperInvariant());
        Set(31, "email", _ => rows[29]["email"]);
        Set(36, "license_number", _ => rows[34]["license_number"]);
        Set(36, "jurisdiction", _ => rows[34]["jurisdiction"]);
        Set(9, "license_number", _ => "");
        Set(18, "jurisdiction", _ => "Israel");
        Set(21, "language", _ => "whatever");
        Set(24, "vendor_name", name => name.ToUpperInvariant() + " (old)");
        Set(33, "specialty", specialty => $"{specialty}\nand, \"more\"");
        // The same person, entered again at another clinic.
        foreach (var name in new[] { "physician_name", "email", "license_number", "jurisdiction" })
        {
            Set(44, name, _ => rows[4][name]);
        }
    }

    private static string Quoted(string? value) =>
        value is null ? "" : value.AsSpan().ContainsAny(",\"\n") ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;

    private static string Literal(string? value) => value is null ? "NULL" : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
}
