using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace AuthServer.Accounts.Credentials;

/// <summary>
/// The passwords that attackers try first, including the usual variations: capitals, symbols for letters, reversed, repeated, or
/// with a few characters around. CommonPasswords.targets documents the source of the list.
/// </summary>
internal static class CommonPasswords
{
    private const int EntryLength = sizeof(ulong);
    private const int MostAround = 4;

    // Shorter words occur within many good phrases.
    private const int ShortestCore = 8;

    public static bool Contain(string password)
    {
        var folded = Fold(password);
        using var table = OpenTable();
        return Cores(folded).Any(core => IsIn(table, core) || IsIn(table, string.Concat(core.Reverse())));
    }

    // The resource is part of the memory-mapped assembly: nothing has to be loaded, and a lookup reads a page or two.
    internal static Stream OpenTable() => typeof(CommonPasswords).Assembly.GetManifestResourceStream("common-passwords.bin")!;

    // The table contains folded passwords as well, so that one lookup covers all spellings.
    internal static string Fold(string password) =>
        string.Concat(PasswordHashing.Normalize(password).ToLowerInvariant().Select(PlainLetter));

    private static char PlainLetter(char sign) => sign switch
    {
        '4' or '@' => 'a',
        '3' => 'e',
        '1' or '!' or 'l' or '|' => 'i',
        '0' => 'o',
        '5' or '$' => 's',
        '7' => 't',
        _ => sign,
    };

    // The whole text, the repeated part, and what remains without a few characters at the ends.
    private static IEnumerable<string> Cores(string folded)
    {
        yield return folded;
        for (var length = 1; length <= folded.Length / 2; length++)
        {
            if (folded.Length % length == 0 && folded.AsSpan(length).SequenceEqual(folded.AsSpan(0, folded.Length - length)))
            {
                yield return folded[..length];
            }
        }

        for (var around = 1; around <= MostAround && folded.Length - around >= ShortestCore; around++)
        {
            for (var start = 0; start <= around; start++)
            {
                yield return folded.Substring(start, folded.Length - around);
            }
        }
    }

    private static bool IsIn(Stream table, string folded)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(folded), hash);
        var wanted = BinaryPrimitives.ReadUInt64BigEndian(hash);
        var (low, high) = (0L, (table.Length / EntryLength) - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var found = EntryAt(table, middle);
            if (found == wanted)
            {
                return true;
            }

            (low, high) = found < wanted ? (middle + 1, high) : (low, middle - 1);
        }

        return false;
    }

    private static ulong EntryAt(Stream table, long index)
    {
        Span<byte> entry = stackalloc byte[EntryLength];
        table.Position = index * EntryLength;
        table.ReadExactly(entry);
        return BinaryPrimitives.ReadUInt64BigEndian(entry);
    }
}
