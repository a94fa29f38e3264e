namespace AuthServer.Compliance.DataRights;

/// <summary>Examples for the OpenAPI document; a test compares each with a real response.</summary>
internal static class DataRightsExamples
{
    public const string Erasure = """
        {
          "erasure_due_at": "2026-12-05T08:30:00.000000Z",
          "kept": [{"what": "Older backups of the database.",
            "why": "To restore it after a failure; what was erased since is then erased again.", "until": null}]
        }
        """;

    public const string Copy = """
        {
          "exported_at": "2026-11-21T08:30:00.000000Z",
          "account": {"id": "0195b1f0-7c1e-7d3a-9f0e-2a4b6c8d0e1f", "email": "dana@example.com", "full_name": "Dana Levi",
            "created_at": "2026-11-21T08:30:00.000000Z"},
          "roles": [{"role": "patient"}], "memberships": [], "physician": [], "licences": [],
          "sessions": [{"id": "0195b1f0-8a2b-7e4c-8d1f-3b5c7d9e1f20", "device_name": "Dana's phone", "ip_address": "203.0.113.7",
            "created_at": "2026-11-21T08:30:00.000000Z"}],
          "api_keys": [], "claims": [], "logins": [], "tokens": [], "passkeys": [], "assisted_resets": [], "failed_sign_ins": [],
          "mails": [{"kind": "new_device", "address": "dana@example.com", "state": "sent", "created_at": "2026-11-21T08:30:00.000000Z"}],
          "events": [{"occurred_at": "2026-11-21T08:30:00.000000Z", "type": "session.started", "outcome": "success", "by": "you",
            "about": "you", "ip_address": "203.0.113.7"}],
          "left_out": {"users.password_hash": "A secret."}
        }
        """;
}
