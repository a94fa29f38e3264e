namespace AuthServer.Cli;

/// <summary>Commands that share a noun; the name is null for top-level commands.</summary>
internal sealed record CommandGroup(string? Name, string Description, IReadOnlyList<ICliCommand> Commands);

/// <summary>All commands. A new one needs a line here and a chapter in docs/command-line.md.</summary>
internal static class CommandTable
{
    public static IReadOnlyList<CommandGroup> Make() =>
    [
        new(null, "", [new CreateAdminCommand(), ImportCommand.Physicians(), ImportCommand.Users(), new RequirePasswordResetCommand()]),
        new("users", "Manage accounts, with the rights of a platform administrator",
        [
            new UserListCommand(), UserCommand.Show(), new UserInviteCommand(), UserCommand.Disable(), UserCommand.Enable(),
            UserCommand.Unlock(), UserCommand.Reset(), UserCommand.Roles(), UserCommand.Delete(),
        ]),
        new("tenants", "Manage clinics and other organisations",
            [TenantCommands.List(), TenantCommands.Create(), TenantCommands.Suspend(), TenantCommands.Reopen()]),
        new("licences", "Decide on physicians' licences", [LicenceCommands.List(), LicenceCommands.Verify(), LicenceCommands.Reject()]),
        new("api-keys", "Manage the keys that services sign in with",
            [new ApiKeyListCommand(), new ApiKeyCreateCommand(), new ApiKeyRevokeCommand()]),
        new("keys", "Manage the keys that sign access tokens", [new KeyListCommand(), new KeyRotateCommand(), new KeyRevokeCommand()]),
        new("sessions", "See where people are signed in, and sign them out", [SessionListCommand.Make(), new SessionRevokeAllCommand()]),
        new("mail", "Manage the mails that could not be sent", [new MailDeadCommand(), new MailRetryCommand(), new MailTestCommand()]),
        new("audit", "Verify and export the audit log", [new AuditVerifyCommand(), new AuditExportCommand(), new AuditHeadCommand()]),
    ];
}
