namespace AuthServer.Staff.Physicians;

/// <summary>Examples for the OpenAPI document.</summary>
internal static class PhysicianExamples
{
    public const string Licence = """
        {
          "id": "0195b1f0-9d11-7a55-8b21-77aa01c2d3e4", "jurisdiction": "IL", "number": "1-12345", "state": "pending",
          "expires_on": "2027-11-21", "reason": null, "verified_at": null
        }
        """;

    public const string Profile = $$"""
        {
          "id": "0195b1f0-8c00-7b44-9a10-66fe00b1c2d3", "user_id": "0195b1f0-7c1e-7d3a-9f0e-2a4b6c8d0e1f", "full_name": "Dana Levi",
          "status": "pending",
          "language_preference": "he", "private_pool": null, "vacation_mode": false, "vacation_until": null, "accepting_patients": true,
          "specialty": "cardiology", "licences": [{{Licence}}]
        }
        """;

    public const string Page = """
        {
          "items": [
            {
              "id": "0195b1f0-8c00-7b44-9a10-66fe00b1c2d3", "user_id": "0195b1f0-7c1e-7d3a-9f0e-2a4b6c8d0e1f", "full_name": "Dana Levi",
              "status": "pending",
              "language_preference": "he", "specialty": "cardiology", "private_pool": null, "vacation_mode": false,
              "accepting_patients": true, "pending_licences": 1
            }
          ],
          "total": 1, "skip": 0, "limit": 20, "next": null
        }
        """;

    public const string AvailablePage = """
        {
          "items": [{ "id": "0195b1f0-8c00-7b44-9a10-66fe00b1c2d3", "full_name": "Dana Levi", "specialty": "cardiology",
            "language_preference": "he" }],
          "total": 1, "skip": 0, "limit": 20, "next": null
        }
        """;
}
