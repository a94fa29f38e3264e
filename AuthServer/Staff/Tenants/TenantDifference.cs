using System.Text.Json;
using System.Text.Json.Nodes;

namespace AuthServer.Staff.Tenants;

/// <summary>Describes a change for the audit log.</summary>
internal static class TenantDifference
{
    private const int MaxLength = 500;

    /// <summary>For example <c>name: "A" -> "B", locale: null -> "he"</c>.</summary>
    public static string Between(TenantRecord before, TenantRecord after)
    {
        var (old, now) = (Fields(before), Fields(after));
        var text =
            string.Join(
                ", ",
                now.Where(field => old[field.Key] != field.Value).Select(field => $"{field.Key}: {old[field.Key]} -> {field.Value}"));
        return text.Length <= MaxLength ? text : text[..MaxLength].TrimEnd('\ud83c', '\ud83d', '\ud83e');
    }

    private static Dictionary<string, string> Fields(TenantRecord tenant)
    {
        var json = JsonSerializer.SerializeToNode(tenant, TenantsJson.Default.TenantRecord)!.AsObject();
        return json.Concat(json["settings"]!.AsObject()).Where(field => field.Value is not JsonObject)
            .ToDictionary(field => field.Key, field => field.Value?.ToJsonString() ?? "null", StringComparer.Ordinal);
    }
}
