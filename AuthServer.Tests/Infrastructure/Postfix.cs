using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace AuthServer.Tests.Infrastructure;

/// <summary>Runs only where Postfix is installed; elsewhere the report says why the test was skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostfixFactAttribute : FactAttribute
{
    public PostfixFactAttribute() => Skip = Postfix.WhyNot;
}

/// <summary>
/// Debian's Postfix with its own configuration, queue and mailboxes, on its own port. It accepts only mail for example.net, and
/// only encrypted. The machine's own Postfix is neither read nor changed.
/// </summary>
public sealed class Postfix : IDisposable
{
    /// <summary>The only mailbox.</summary>
    public const string Address = "dana@example.net";

    private const string Program = "/usr/sbin/postfix";

    private readonly string _home = Directory.CreateTempSubdirectory("authserver-postfix-").FullName;
    private readonly TestAuthority _authority = new();

    public Postfix()
    {
        // Postfix's own user needs access.
        File.SetUnixFileMode(_home, File.GetUnixFileMode(_home) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        foreach (var (folder, owner) in new[] { ("config", "root"), ("queue", "root"), ("data", "postfix"), ("mail", "nobody") })
        {
            Directory.CreateDirectory(In(folder));
            Run("chown", owner, In(folder));
        }

        using var certificate = _authority.Issue("localhost");
        File.WriteAllText(In("certificate.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(In("key.pem"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(In("authority.pem"), _authority.Pem);
        File.WriteAllText(In("config/main.cf"), MainConfiguration());
        File.WriteAllText(In("config/master.cf"), Services());
        Run(Program, "-c", In("config"), "start");
    }

    /// <summary>Why it cannot be used here, or null.</summary>
    public static string? WhyNot =>
        !File.Exists(Program) ? "Postfix is not installed (as root, eng/test installs it where there is apt-get)."
        : !Environment.IsPrivilegedProcess ? "Postfix can be run by root only."
        : null;

    public int Port { get; } = ServerProgram.FreePort();

    /// <summary>For SSL_CERT_FILE.</summary>
    public string AuthorityFile => In("authority.pem");

    /// <summary>Mails delivered to the mailbox.</summary>
    public IReadOnlyList<ReceivedMail> Mails =>
        [.. Directory.GetFiles(In("mail"), "*", SearchOption.AllDirectories).Where(file => file.Contains("/new/", StringComparison.Ordinal))
            .Select(file => new ReceivedMail("", [Address], File.ReadAllText(file).ReplaceLineEndings("\r\n")))];

    public void Dispose()
    {
        Run(Program, "-c", In("config"), "stop");
        Directory.Delete(_home, recursive: true);
        _authority.Dispose();
    }

    private string In(string name) => Path.Combine(_home, name);

    private string MainConfiguration() => $$"""
        compatibility_level = 3.6
        queue_directory = {{In("queue")}}
        data_directory = {{In("data")}}
        maillog_file = {{In("log")}}
        maillog_file_prefixes = {{_home}}
        myhostname = mail.example.com
        mydestination =
        mynetworks =
        alias_maps =
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        smtpd_relay_restrictions = reject_unauth_destination
        smtpd_tls_security_level = encrypt
        smtpd_tls_cert_file = {{In("certificate.pem")}}
        smtpd_tls_key_file = {{In("key.pem")}}
        virtual_mailbox_domains = example.net
        virtual_mailbox_base = {{In("mail")}}
        virtual_mailbox_maps = inline:{ {{Address}}=dana/ }
        virtual_uid_maps = static:{{IdOfNobody("-u")}}
        virtual_gid_maps = static:{{IdOfNobody("-g")}}

        """;

    private string Services() => $"""
        127.0.0.1:{Port} inet n - n - - smtpd
        anvil    unix -       - n -     1 anvil
        bounce   unix -       - n -     0 bounce
        cleanup  unix n       - n -     0 cleanup
        defer    unix -       - n -     0 bounce
        error    unix -       - n -     - error
        postlog  unix-dgram n - n -     1 postlogd
        proxymap unix -       - n -     - proxymap
        qmgr     unix n       - n 300   1 qmgr
        retry    unix -       - n -     - error
        rewrite  unix -       - n -     - trivial-rewrite
        tlsmgr   unix -       - n 1000? 1 tlsmgr
        trace    unix -       - n -     0 bounce
        virtual  unix -       n n -     - virtual

        """;

    private static int IdOfNobody(string which) => int.Parse(Run("id", which, "nobody"), CultureInfo.InvariantCulture);

    private static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false };
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using var process = Process.Start(start)!;
        // Do not wait for the end of its output, which Postfix keeps open while it runs.
        process.WaitForExit();
        return process.ExitCode == 0
            ? process.StandardOutput.ReadLine() ?? ""
            : throw new InvalidOperationException($"{program} failed: {process.StandardError.ReadLine()}");
    }
}
