using AuthServer.Domain;
using AuthServer.Mail.Outbox;
using AuthServer.Platform.Web;

namespace AuthServer.Accounts.Identity;

/// <summary>What to save together with a change of an account.</summary>
internal sealed record AccountUpdate(string AuditEvent)
{
    /// <summary>The session of the request, which continues.</summary>
    public Guid? SessionId { get; init; }

    /// <summary>Why the other sessions end; null if they continue.</summary>
    public RevocationReason? EndsSessions { get; init; }

    /// <summary>Whether it was done with a mailed link, which lifts locks set by wrong passwords.</summary>
    public bool ProvesMailbox { get; init; }

    /// <summary>A notice, sent to the previous address.</summary>
    public AccountNotice? Notice { get; init; }

    /// <summary>Further work in the transaction; returns the sessions it has ended.</summary>
    public Func<Task<IReadOnlyList<Guid>>>? Also { get; init; }
}

/// <summary>A mail about a change of an account.</summary>
internal sealed record AccountNotice(string Kind, string Address, IReadOnlyDictionary<string, string> Data)
{
    /// <summary>To the current address, about the new one.</summary>
    public static AccountNotice OfNewEmail(string kind, User user, string newEmail) =>
        new(kind, user.Email!, new Dictionary<string, string>(StringComparer.Ordinal) { [EmailOutbox.NewAddress] = newEmail });
}

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
    /// <summary>Why a new or locked account was not saved; null if it was.</summary>
    public static ErrorCode? Refusal(this AccountCommitOutcome outcome) => outcome switch
    {
        AccountCommitOutcome.EmailTaken => ErrorCodes.EmailTaken,
        AccountCommitOutcome.UserNameTaken => ErrorCodes.UsernameTaken,
        AccountCommitOutcome.Saved => null,
        _ => throw new InvalidOperationException("Nobody else can have changed what is new or held."),
    };
}
