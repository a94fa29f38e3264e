using System.Reflection;
using System.Reflection.Emit;

namespace AuthServer.Tests.Architecture;

/// <summary>All types a type leans on: in its declaration, its signatures and, read from the IL, its method bodies.</summary>
internal static class References
{
    private const BindingFlags Own =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    public static IEnumerable<Type> Of(Type type) =>
        Declared(type).Concat(type.GetMembers(Own).SelectMany(Of)).SelectMany(Parts).Distinct();

    /// <summary>The members that the type's method bodies, and those of what the compiler made of them, name.</summary>
    public static IEnumerable<MemberInfo> MembersUsedBy(Type type) =>
        from method in type.GetMembers(Own).OfType<MethodBase>()
        where method.GetMethodBody() is not null
        from token in Tokens(method.GetMethodBody()!.GetILAsByteArray()!)
        let member = Member(method, token)
        where member is not null
        select member;

    /// <summary>The texts a type holds: its constants, those it builds once, and what its method bodies load.</summary>
    public static IEnumerable<string> TextsOf(Type type) =>
        type.GetFields(Own).Where(field => field.FieldType == typeof(string) && (field.IsLiteral || IsBuiltOnce(field)))
            .Select(field => (string?)(field.IsLiteral ? field.GetRawConstantValue() : field.GetValue(null)))
            .Concat(from method in type.GetMembers(Own).OfType<MethodBase>()
                    where method.GetMethodBody() is not null
                    from token in Tokens(method.GetMethodBody()!.GetILAsByteArray()!, OperandType.InlineString)
                    select method.Module.ResolveString(token)).OfType<string>();

    private static bool IsBuiltOnce(FieldInfo field) =>
        field is { IsStatic: true, IsInitOnly: true } && !field.DeclaringType!.ContainsGenericParameters;

    private static IEnumerable<Type?> Declared(Type type) =>
        type
            .GetInterfaces()
            .Append(type.BaseType)
            .Concat(
                type.GetGenericArguments().SelectMany(argument => argument.IsGenericParameter
                    ? argument.GetGenericParameterConstraints()
                    : [argument]))
            .Concat(type.GetCustomAttributesData().Select(attribute => attribute.AttributeType));

    private static IEnumerable<Type?> Of(MemberInfo member) => member switch
    {
        FieldInfo field => [field.FieldType],
        PropertyInfo property => [property.PropertyType],
        MethodBase method => Signature(method).Concat(Body(method)),
        _ => [],
    };

    private static IEnumerable<Type?> Signature(MethodBase method) =>
        method.GetParameters().Select(parameter => parameter.ParameterType).Append((method as MethodInfo)?.ReturnType);

    private static IEnumerable<Type?> Body(MethodBase method)
    {
        if (method.GetMethodBody() is not { } body)
        {
            return [];
        }

        return body.LocalVariables.Select(variable => variable.LocalType)
            .Concat(
                body.ExceptionHandlingClauses.Where(clause => clause.Flags == ExceptionHandlingClauseOptions.Clause)
                    .Select(clause => clause.CatchType))
            .Concat(Tokens(body.GetILAsByteArray()!).SelectMany(token => Resolve(method, token)));
    }

    private static IEnumerable<Type?> Resolve(MethodBase method, int token) => Member(method, token) switch
    {
        Type type => [type],
        FieldInfo field => [field.DeclaringType, field.FieldType],
        MethodBase called =>
            Signature(called).Append(called.DeclaringType).Concat(
                called is MethodInfo { IsGenericMethod: true } ? called.GetGenericArguments() : []),
        _ => [],
    };

    private static MemberInfo? Member(MethodBase method, int token)
    {
        var ofType = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        var ofMethod = method is MethodInfo { IsGenericMethod: true } ? method.GetGenericArguments() : null;
        return method.Module.ResolveMember(token, ofType, ofMethod);
    }

    // ECMA-335 partition III: an opcode of one byte, or of two that begin with FE, and its operand.
    private static IEnumerable<int> Tokens(byte[] il, OperandType? wanted = null)
    {
        for (var position = 0; position < il.Length;)
        {
            var value = il[position++] is var first and not 0xFE ? first : unchecked((short)(0xFE00 | il[position++]));
            var operand = Codes[value].OperandType;
            if (wanted is { } only
                ? operand == only
                : operand is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
            {
                yield return BitConverter.ToInt32(il, position);
            }

            position += operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(il, position)),
                _ => 4,
            };
        }
    }

    private static IEnumerable<Type> Parts(Type? type) =>
        type is null || type.IsGenericParameter ? []
        : type.HasElementType ? Parts(type.GetElementType())
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type)
        : [type];
}
