using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;

namespace AuthServer.Accounts.Identity;

/// <summary>What is saved with a change of an account, beside the change.</summary>
/// <param name="AuditEvent">What it is called in the audit log.</param>
internal sealed record AccountUpdate(string AuditEvent)
{
    /// <summary>The session that asks, which goes on.</summary>
    public Guid? SessionId { get; init; }

    /// <summary>Why the others end; null where they go on as well.</summary>
    public RevocationReason? EndsSessions { get; init; }

    /// <summary>Whether it was done with a mailed link, which lifts the lock that guessing set.</summary>
    public bool ProvesMailbox { get; init; }

    /// <summary>A notice by mail, to the address it was before.</summary>
    public AccountNotice? Notice { get; init; }

    /// <summary>What else belongs in the transaction; returns the sessions it has ended.</summary>
    public Func<Task<IReadOnlyList<Guid>>>? Also { get; init; }
}

/// <summary>A mail about the change of an account.</summary>
internal sealed record AccountNotice(string Kind, string Address, IReadOnlyDictionary<string, string> Data)
{
    /// <summary>To the current address, about the new one.</summary>
    public static AccountNotice OfNewEmail(string kind, User user, string newEmail) =>
        new(kind, user.Email!, new Dictionary<string, string>(StringComparer.Ordinal) { [EmailOutbox.NewAddress] = newEmail });
}

/// <summary>What became of saving an account.</summary>
internal enum AccountCommitOutcome
{
    Saved,

    /// <summary>It was changed or deleted since it was read; nothing was saved.</summary>
    ConcurrentlyChanged,

    EmailTaken,

    UserNameTaken,
}

internal static class AccountCommitOutcomes
{
    /// <summary>Why an account that is new, or whose row is locked, was not saved; null if it was.</summary>
    public static ErrorCode? Refusal(this AccountCommitOutcome outcome) => outcome switch
    {
        AccountCommitOutcome.EmailTaken => ErrorCodes.EmailTaken,
        AccountCommitOutcome.UserNameTaken => ErrorCodes.UsernameTaken,
        AccountCommitOutcome.Saved => null,
        _ => throw new InvalidOperationException("Nobody else can have changed what is new or held."),
    };
}
