using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace AuthServer.Platform.Persistence;

/// <summary>Converts the names that EF derives from C# members to snake_case.</summary>
internal static class SnakeCase
{
    public static string Of(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    public static string Of<T>(T value) where T : struct, Enum => Of(value.ToString());

    public static void Apply(IMutableModel model)
    {
        foreach (var part in model.GetEntityTypes().Where(entity => entity.IsMappedToJson() && entity.GetContainerColumnName() is not null))
        {
            part.SetContainerColumnName(Of(part.GetContainerColumnName()!));
        }

        foreach (var entity in model.GetEntityTypes().Where(entity => !entity.IsMappedToJson()))
        {
            foreach (var property in entity.GetProperties())
            {
                property.SetColumnName(Of(property.Name));
                if (property.ClrType is { IsEnum: true } || Nullable.GetUnderlyingType(property.ClrType) is { IsEnum: true })
                {
                    property.SetValueConverter(ConverterFor(Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType));
                }
            }

            foreach (var key in entity.GetKeys())
            {
                key.SetName(Of(key.GetName()!));
            }

            foreach (var key in entity.GetForeignKeys())
            {
                key.SetConstraintName(Of(key.GetConstraintName()!));
            }

            foreach (var index in entity.GetIndexes())
            {
                index.SetDatabaseName(Of(index.GetDatabaseName()!));
            }
        }
    }

    private static ValueConverter ConverterFor(Type type) =>
        (ValueConverter)Activator.CreateInstance(typeof(EnumConverter<>).MakeGenericType(type))!;

    private sealed class EnumConverter<T>() : ValueConverter<T, string>(value => Of(value), text => Parse<T>(text))
        where T : struct, Enum;

    private static T Parse<T>(string text) where T : struct, Enum =>
        Enum.GetValues<T>().First(value => Of(value) == text);
}
