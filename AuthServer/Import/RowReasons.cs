namespace AuthServer.Import;

/// <summary>Why a row was not imported, or what was left out of it. Reports contain these words, so they must not change.</summary>
internal static class RowReasons
{
    public const string Malformed =
        "malformed", FieldCount = "wrong_field_count", FieldTooLong = "field_too_long", InvalidText = "invalid_text";
    public const string MissingId =
        "missing_id", MissingVendor = "missing_vendor", MissingEmail = "missing_email", InvalidEmail = "invalid_email";

    /// <summary>The same row or the same id occurs again.</summary>
    public const string DuplicateRow = "duplicate_row", DuplicateId = "duplicate_id";

    /// <summary>The address belongs to another row or account; for a case twin, with a different spelling and name.</summary>
    public const string DuplicateEmail = "duplicate_email", CaseTwin = "case_twin";

    /// <summary>The address belongs to an account that was not imported from this source: its owner may be somebody else.</summary>
    public const string EmailExists = "email_exists";

    public const string DuplicateLicence = "duplicate_license";

    // Warnings only: the row is imported anyway.
    public const string BadHash = "bad_hash", BadLanguage = "bad_language", BadJurisdiction = "bad_jurisdiction", BadFlag = "bad_flag";
    public const string BadUserName =
        "bad_username", UserNameTaken = "username_taken", MissingName = "missing_name", MissingVendorName = "missing_vendor_name";
    public const string VendorNameDiffers = "vendor_name_differs", SlugTaken = "slug_taken", LicenceNotAdded = "license_not_added";
    public const string EmailDiffers = "email_differs", LeftSince = "left_since";
}
