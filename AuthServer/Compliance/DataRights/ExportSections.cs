namespace AuthServer.Compliance.DataRights;

/// <summary>
/// A section of the copy: rows of one table, as JSON. The SQL uses <c>@user</c>, <c>@addresses</c> (the account's addresses) and
/// <c>@names</c> (keyed hashes of its names).
/// </summary>
internal sealed record ExportSection(string Name, string Table, string Sql);

/// <summary>
/// What the copy contains, table by table, and what it leaves out. A test compares both with the columns of the database, so
/// whoever adds a column decides here whether people get it.
/// </summary>
internal static class ExportSections
{
    private const string Secret = "A secret, or derived from one.";
    private const string Derived = "The same as another member, in a form for searching or comparing.";
    private const string SomebodyElse = "It names somebody else.";
    private const string Yours = "It is your own id, in each row.";
    private const string Inner = "For the server's own bookkeeping; it says nothing about you.";
    private const string NotYours = "The table contains nothing about individual people.";

    public static readonly ExportSection Account = new("account", "users", """
        SELECT id, CASE WHEN NOT is_anonymous THEN email END AS email, email_confirmed, user_name, full_name, locale, status,
            disabled_reason, disabled_until, disabled_by_tenant_id, invited_at,
            is_anonymous, erasure_due_at, must_reset_password, legacy_id, created_at, last_login_at, pending_email, pending_email_at,
                pending_user_name, phone_number, phone_number_confirmed,
            two_factor_enabled, lockout_enabled, lockout_end, access_failed_count
        FROM users WHERE id = @user
        """);

    public static readonly IReadOnlyList<ExportSection> Lists =
    [
        new(
            "roles", "user_roles",
            "SELECT r.name AS role FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = @user ORDER BY r.name"),
        new("memberships", "memberships", """
            SELECT m.tenant_id, t.slug AS tenant, t.name AS tenant_name, m.role, m.created_at
            FROM memberships m JOIN tenants t ON t.id = m.tenant_id WHERE m.user_id = @user ORDER BY m.created_at, m.tenant_id, m.role
            """),
        new(
            "physician", "physicians",
            "SELECT id, language_preference, specialty, private_pool, private_pool_name, vacation_mode, vacation_until, accepting_patients "
                + "FROM physicians WHERE user_id = @user"),
        new("licences", "licences", """
            SELECT l.id, l.jurisdiction, l.number, l.state, l.expires_on, l.reason, l.verified_at, l.expiry_told_at
            FROM licences l JOIN physicians p ON p.id = l.physician_id WHERE p.user_id = @user ORDER BY l.id
            """),
        new("sessions", "sessions", """
            SELECT id, tenant_id, device_name, ip_address, user_agent, authentication_methods, authenticated_at, created_at, last_used_at,
                rotated_at, generation, idle_timeout, expires_at,
                revoked_at, revoked_reason
            FROM sessions WHERE user_id = @user ORDER BY id
            """),
        new("api_keys", "api_keys", """
            SELECT id, name, tenant_id, scopes, requests_per_minute, created_at, expires_at, last_used_at, revoked_at, exposed_at,
                expiry_told_at FROM api_keys WHERE owner_id = @user ORDER BY id
            """),
        new("claims", "user_claims", "SELECT claim_type, claim_value FROM user_claims WHERE user_id = @user ORDER BY id"),
        new("logins", "user_logins", "SELECT login_provider, provider_key, provider_display_name FROM user_logins WHERE user_id = @user"),
        new("tokens", "user_tokens", "SELECT login_provider, name FROM user_tokens WHERE user_id = @user"),
        new(
            "passkeys", "user_passkeys",
            "SELECT encode(credential_id, 'base64') AS credential_id, data ->> 'Name' AS name, data ->> 'CreatedAt' AS created_at FROM "
                + "user_passkeys WHERE user_id = @user"),
        new(
            "assisted_resets", "assisted_resets",
            "SELECT id, tenant_id, reason, state, created_at, expires_at, decided_at FROM assisted_resets "
                + "WHERE user_id = @user ORDER BY id"),
        new(
            "failed_sign_ins", "sign_in_lockouts",
            "SELECT failures, window_started_at, locked_until, locks, failures_in_a_row FROM sign_in_lockouts "
                + "WHERE identifier = ANY (@names) ORDER BY window_started_at"),
        // Until the address is matched to an account, somebody else may have requested the mail. Who got power is somebody else.
        new("mails", "email_outbox", """
            SELECT kind, address, language, CASE WHEN user_id IS NOT NULL THEN data - 'person' END AS data, state, created_at, finished_at
            FROM (
                SELECT * FROM email_outbox WHERE user_id = @user
                UNION ALL SELECT * FROM email_outbox WHERE address = ANY (@addresses) AND user_id IS NULL) mails
            ORDER BY created_at, id
            """),
        // If somebody else acted, address and user agent are theirs; the notes are about the subject's account.
        new("events", "audit_events", """
            SELECT id, occurred_at, type, outcome,
                CASE WHEN actor_id = @user THEN 'you' WHEN actor_id IS NOT NULL THEN 'somebody else' END AS by,
                CASE WHEN subject_id = @user THEN 'you' WHEN subject_id IS NOT NULL THEN 'somebody else' END AS about,
                    tenant_id, session_id,
                CASE WHEN coalesce(actor_id, @user) = @user THEN ip_address END AS ip_address,
                    CASE WHEN coalesce(actor_id, @user) = @user THEN user_agent END AS user_agent,
                request_id, reason, CASE WHEN subject_id = @user THEN detail END AS detail
            FROM (
                SELECT * FROM audit_events WHERE subject_id = @user
                UNION ALL SELECT * FROM audit_events WHERE actor_id = @user AND subject_id IS DISTINCT FROM @user) events
            ORDER BY id
            """),
    ];

    /// <summary>What is stored but left out: by column, or by table if the whole table is.</summary>
    public static readonly IReadOnlyDictionary<string, string> LeftOut = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["users.password_hash"] = Secret,
        ["users.security_stamp"] = Secret,
        ["users.concurrency_stamp"] = Inner,
        ["users.token_version"] = Inner,
        ["users.normalized_email"] = Derived,
        ["users.normalized_user_name"] = Derived,
        ["users.pending_email_vouched_at"] = Inner,
        ["users.search_text"] = Derived,
        ["users.name_search_text"] = Derived,
        ["user_roles.user_id"] = Yours,
        ["user_roles.role_id"] = "It is included by name.",
        ["memberships.user_id"] = Yours,
        ["physicians.user_id"] = Yours,
        ["licences.physician_id"] = "It is the id of your profile, in each row.",
        ["licences.number_key"] = Derived,
        ["licences.verified_by"] = SomebodyElse,
        ["sessions.user_id"] = Yours,
        ["api_keys.owner_id"] = Yours,
        ["api_keys.secret_hash"] = Secret,
        ["api_keys.version"] = Inner,
        ["user_claims.id"] = Inner,
        ["user_claims.user_id"] = Yours,
        ["user_logins.user_id"] = Yours,
        ["user_tokens.user_id"] = Yours,
        ["user_tokens.value"] = Secret,
        ["user_passkeys.user_id"] = Yours,
        ["user_passkeys.data"] = "Name and time are included; the rest is what the server verifies the passkey with.",
        ["assisted_resets.user_id"] = Yours,
        ["assisted_resets.requested_by"] = SomebodyElse,
        ["assisted_resets.decided_by"] = SomebodyElse,
        ["sign_in_lockouts.identifier"] = Secret,
        ["sign_in_lockouts.network"] = "It may be the address of somebody else who guessed.",
        ["email_outbox.id"] = Inner,
        ["email_outbox.user_id"] = Yours,
        ["email_outbox.attempts"] = Inner,
        ["email_outbox.next_attempt_at"] = Inner,
        ["email_outbox.last_error"] = "The mail server's response.",
        ["audit_events.actor_id"] = "Included as `by`: you, or somebody else.",
        ["audit_events.subject_id"] = "Included as `about`: you, or somebody else.",
        ["audit_events.salt"] = Inner,
        ["audit_events.erasure_proof"] = Inner,
        ["revocations"] = "Ids of ended sessions and outdated keys, kept for minutes; they are included under sessions and keys.",
        ["audit_seals"] = NotYours,
        ["erased_ids"] = NotYours,
        ["data_protection_keys"] = NotYours,
        ["figures"] = NotYours,
        ["role_claims"] = NotYours,
        ["roles"] = NotYours,
        ["signing_keys"] = NotYours,
        ["tenants"] = NotYours,
    };
}
