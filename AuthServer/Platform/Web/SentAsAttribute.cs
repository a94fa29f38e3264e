namespace AuthServer.Platform.Web;

/// <summary>What clients send for a type with a converter of its own, for the OpenAPI document.</summary>
[AttributeUsage(AttributeTargets.Struct)]
internal sealed class SentAsAttribute(Type type) : Attribute
{
    public Type Type => type;
}
