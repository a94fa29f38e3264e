using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace AuthServer.Platform.Web;

/// <summary>
/// The one form of times in answers, exports and the command line's JSON: RFC 3339 in UTC, with a <c>Z</c> and always six digits,
/// which is what PostgreSQL stores. What comes in needs an offset: without one it would mean the time zone of the machine.
/// </summary>
internal sealed partial class UtcTimes : JsonConverter<DateTimeOffset>
{
    private const string Form = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public static string Write(DateTimeOffset time) => time.UtcDateTime.ToString(Form, CultureInfo.InvariantCulture);

    /// <summary>
    /// The same in rows that PostgreSQL wrote as JSON, in UTC. What people wrote is escaped there, and never looks like such a member.
    /// </summary>
    public static string Rewrite(string row) => TimeMember().Replace(row, static found =>
        $"\"{found.Groups["name"]}\":\"{found.Groups["seconds"]}.{found.Groups["digits"].Value.PadRight(6, '0')[..6]}Z\"");

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var time) && HasOffset(reader.GetString()!)
            ? time
            : throw new JsonException(null, new NoTimeException());

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Write(value));

    // A date alone has hyphens as well.
    private static bool HasOffset(string time) =>
        time.IndexOf('T', StringComparison.Ordinal) is > 0 and var start && time.AsSpan(start).ContainsAny('Z', '+', '-');

    [GeneratedRegex("""
        "(?<name>\w*_(at|until|end)|until)":"(?<seconds>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.(?<digits>\d+))?(\+00:00|Z)"
        """, RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex TimeMember();
}

/// <summary>Not a time, or one without an offset.</summary>
internal sealed class NoTimeException() : FormatException("A time with its offset is needed, such as 2026-11-21T08:30:00Z.");
