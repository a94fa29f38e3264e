using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace AuthServer.Accounts.Credentials;

/// <summary>
/// The passwords that attackers try first, with what everybody does to make them look better: capitals, signs for letters,
/// backwards, over and over, or a few characters around. CommonPasswords.targets says where the list comes from.
/// </summary>
internal static class CommonPasswords
{
    private const int EntryLength = sizeof(ulong);
    private const int MostAround = 4;

    // Shorter words are parts of many a good phrase.
    private const int ShortestCore = 8;

    public static bool Contain(string password)
    {
        var folded = Fold(password);
        using var table = OpenTable();
        return Cores(folded).Any(core => IsIn(table, core) || IsIn(table, string.Concat(core.Reverse())));
    }

    // A resource is a part of the assembly's file, which is mapped: there is nothing to load, and a look-up reads a page or two.
    internal static Stream OpenTable() => typeof(CommonPasswords).Assembly.GetManifestResourceStream("common-passwords.bin")!;

    // The table holds folded passwords, too, so that one look-up stands for all ways to write one.
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

    // All of it, what is said over and over, and what is left without a few characters at the ends.
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
