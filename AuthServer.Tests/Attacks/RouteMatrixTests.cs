using System.Globalization;
using System.Text.RegularExpressions;

namespace AuthServer.Tests.Attacks;

/// <summary>
/// Every route called by everybody. Routes that are not in the table fail the test: whoever adds one says here who may call it. The
/// person each call is about belongs to a clinic; so do the patient and the two physicians who call.
/// </summary>
public sealed partial class RouteMatrixTests(RouteMatrixTests.Cast cast) : IClassFixture<RouteMatrixTests.Cast>
{
    // nobody, patient, physician pending, physician verified, support, admin of another tenant, admin of the platform
    private const string Table = """
        GET    /health/live                                         200 200 200 200 200 200 200
        GET    /health/ready                                        200 200 200 200 200 200 200
        GET    /health                                              200 200 200 200 200 200 200
        GET    /api/v1/health                                       200 200 200 200 200 200 200
        GET    /api/v1/health/database                              200 200 200 200 200 200 200
        GET    /.well-known/openid-configuration                    200 200 200 200 200 200 200
        GET    /.well-known/jwks.json                               200 200 200 200 200 200 200

        POST   /api/v1/auth/register                                201 409 409 409 409 409 409
        POST   /api/v1/auth/signup                                  201 409 409 409 409 409 409
        POST   /api/v1/auth/anonymous                               403 403 403 403 403 403 403
        POST   /api/v1/auth/login                                   401 401 401 401 401 401 401
        POST   /api/v1/auth/login/form                              400 400 400 400 400 400 400
        POST   /api/v1/auth/refresh                                 401 401 401 401 401 401 401
        POST   /api/v1/auth/switch-tenant                           401 200 200 200 404 404 404
        POST   /api/v1/auth/logout                                  204 204 204 204 204 204 204
        POST   /api/v1/auth/logout-all                              401 204 204 204 204 204 204
        POST   /api/v1/auth/verify                                  401 200 200 200 200 200 200
        GET    /api/v1/auth/sessions                                401 200 200 200 200 200 200
        DELETE /api/v1/auth/sessions/{id}                           401 404 404 404 404 404 404
        POST   /api/v1/auth/password/change                         401 204 204 204 204 204 204
        POST   /api/v1/auth/change-password                         401 204 204 204 204 204 204
        POST   /api/v1/auth/password/reset/request                  202 202 202 202 202 202 202
        POST   /api/v1/auth/request-reset                           202 202 202 202 202 202 202
        POST   /api/v1/auth/password/reset/confirm                  400 400 400 400 400 400 400
        POST   /api/v1/auth/reset-password                          400 400 400 400 400 400 400
        POST   /api/v1/auth/email/verification/request              202 202 202 202 202 202 202
        POST   /api/v1/auth/email/verification/confirm              400 400 400 400 400 400 400
        POST   /api/v1/auth/email/change                            401 202 202 202 202 202 202
        GET    /api/v1/auth/email/change                            401 404 404 404 404 404 404
        DELETE /api/v1/auth/email/change                            401 204 204 204 204 204 204
        POST   /api/v1/auth/email/change/confirm                    400 400 400 400 400 400 400
        GET    /api/v1/auth/me                                      401 200 200 200 200 200 200
        GET    /api/v1/users/me                                     401 200 200 200 200 200 200
        PATCH  /api/v1/users/me                                     401 200 200 200 200 200 200
        PUT    /api/v1/users/me                                     401 200 200 200 200 200 200
        GET    /api/v1/users/me/export                              401 200 200 200 200 200 200
        DELETE /api/v1/users/me                                     401 202 202 202 202 202 202

        GET    /api/v1/users                                        401 403 403 403 200 200 200
        POST   /api/v1/users                                        401 403 403 403 403 404 201
        GET    /api/v1/users/{id}                                   401 404 404 404 200 404 200
        PATCH  /api/v1/users/{id}                                   401 403 403 403 403 404 200
        PUT    /api/v1/users/{id}                                   401 403 403 403 403 404 200
        DELETE /api/v1/users/{id}                                   401 403 403 403 403 404 204
        POST   /api/v1/users/{id}/disable                           401 403 403 403 403 404 200
        POST   /api/v1/users/{id}/enable                            401 403 403 403 403 404 200
        POST   /api/v1/users/{id}/email                             401 403 403 403 403 404 202
        PUT    /api/v1/users/{id}/roles                             401 403 403 403 403 404 200
        POST   /api/v1/users/{id}/invitation                        401 403 403 403 403 404 200
        DELETE /api/v1/users/{id}/invitation                        401 403 403 403 403 404 204
        GET    /api/v1/users/stats                                  401 403 403 403 403 200 200
        GET    /api/v1/users/stats/count                            401 403 403 403 403 200 200

        POST   /api/v1/users/{id}/open                              401 403 403 403 200 404 200
        GET    /api/v1/users/{id}/sessions                          401 403 403 403 200 404 200
        DELETE /api/v1/users/{id}/sessions                          401 403 403 403 204 404 204
        DELETE /api/v1/users/{id}/sessions/{sessionId}              401 403 403 403 204 404 204
        POST   /api/v1/users/{id}/unlock                            401 403 403 403 204 404 204
        POST   /api/v1/users/{id}/verification                      401 403 403 403 202 404 202
        POST   /api/v1/users/{id}/password-reset                    401 403 403 403 202 404 202
        GET    /api/v1/password-resets                              401 403 403 403 200 200 200
        POST   /api/v1/password-resets/{id}/approve                 401 403 403 403 200 404 200
        POST   /api/v1/password-resets/{id}/decline                 401 403 403 403 200 404 200

        GET    /api/v1/tenants                                      401 403 403 403 200 200 200
        POST   /api/v1/tenants                                      401 403 403 403 403 403 201
        GET    /api/v1/tenants/{id}                                 401 403 403 403 200 404 200
        PATCH  /api/v1/tenants/{id}                                 401 403 403 403 403 404 200
        POST   /api/v1/tenants/{id}/suspend                         401 403 403 403 403 403 200
        POST   /api/v1/tenants/{id}/reopen                          401 403 403 403 403 403 200

        POST   /api/v1/auth/token                                   401 403 403 403 403 403 403
        GET    /api/v1/api-keys                                     401 403 403 403 403 200 200
        POST   /api/v1/api-keys                                     401 403 403 403 403 201 201
        PATCH  /api/v1/api-keys/{id}                                401 403 403 403 403 404 200
        DELETE /api/v1/api-keys/{id}                                401 403 403 403 403 404 204

        GET    /api/v1/physicians/me                                401 404 200 200 404 404 404
        PATCH  /api/v1/physicians/me                                401 404 200 200 404 404 404
        POST   /api/v1/physicians/me/licences                       401 404 201 201 404 404 404
        PATCH  /api/v1/physicians/me/licences/{id}                  401 404 404 404 404 404 404
        DELETE /api/v1/physicians/me/licences/{id}                  401 404 404 404 404 404 404
        GET    /api/v1/physicians                                   401 403 403 403 200 200 200
        GET    /api/v1/physicians/available                         401 200 200 200 200 200 200
        GET    /api/v1/physicians/{id}                              401 403 403 403 200 404 200
        POST   /api/v1/physicians/{id}/verify                       401 403 403 403 403 404 200
        POST   /api/v1/physicians/{id}/reject                       401 403 403 403 403 404 200
        POST   /api/v1/physicians/{id}/suspend                      401 403 403 403 403 404 200
        POST   /api/v1/physicians/{id}/reinstate                    401 403 403 403 403 404 200

        GET    /api/v1/audit-events                                 401 403 403 403 403 200 200
        GET    /api/v1/audit-events/export                          401 403 403 403 403 200 200
        """;

    // Bodies where the OpenAPI document's example would fail, or would have no effect.
    private static readonly Dictionary<string, string> Bodies = new(StringComparer.Ordinal)
    {
        ["POST /api/v1/auth/register"] = """{"email":"{new_email}","password":"correct horse battery"}""",
        ["POST /api/v1/auth/signup"] = """{"email":"{new_email}","password":"correct horse battery"}""",
        ["POST /api/v1/auth/login"] = """{"email":"{new_email}","password":"correct horse battery"}""",
        ["POST /api/v1/auth/switch-tenant"] = """{"tenant":"clinic"}""",
        ["POST /api/v1/auth/email/change"] = """{"new_email":"{new_email}","current_password":"correct horse battery"}""",
        ["PUT /api/v1/users/me"] = """{"full_name":"Dana Levi","username":null,"locale":"he"}""",
        ["POST /api/v1/users"] = """{"email":"{new_email}","tenant":"clinic"}""",
        ["PATCH /api/v1/users/{id}"] = """{"full_name":"Dana Levi"}""",
        ["PUT /api/v1/users/{id}"] = """{"full_name":"Dana Levi","username":null,"locale":"he"}""",
        ["POST /api/v1/users/{id}/disable"] = """{"reason":"Asked for by the person."}""",
        ["PUT /api/v1/users/{id}/roles"] = """{"roles":["physician"],"tenant":"clinic"}""",
        ["POST /api/v1/api-keys"] = """{"name":"{slug}","scopes":["users:read"]}""",
        ["PATCH /api/v1/api-keys/{id}"] = """{"requests_per_minute":300}""",
        ["POST /api/v1/tenants"] = """{"slug":"{slug}","name":"Another Clinic"}""",
        ["POST /api/v1/physicians/me/licences"] = """{"number":"75-1","jurisdiction":"FR"}""",
        ["POST /api/v1/physicians/{id}/verify"] = """{}""",
        ["POST /api/v1/physicians/{id}/reject"] = """{"reason":"Nobody knows this number."}""",
        ["POST /api/v1/physicians/{id}/suspend"] = """{"reason":"Nobody knows this number."}""",
        ["POST /api/v1/physicians/{id}/reinstate"] = """{}""",
    };

    /// <summary>The body to send; null to use the OpenAPI document's example.</summary>
    internal static string? BodyFor(string route) => Bodies.GetValueOrDefault(route);

    private static IEnumerable<string> Lines =>
        Table.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(line => Blanks().Replace(line, " "));

    public static TheoryData<string> Rows => [.. Lines];

    [Theory]
    [MemberData(nameof(Rows))]
    [Trait("ASVS", "8.2.1")]
    public async Task A_route_answers_each_kind_of_person_as_the_table_says(string row)
    {
        var cells = row.Split(' ');
        var (method, path) = (cells[0], cells[1]);
        var answers = new List<int>();
        foreach (var asker in Cast.Askers)
        {
            answers.Add(await cast.AskAsync(asker, method, path, BodyFor($"{method} {path}")));
        }

        answers.Should().Equal(
            cells.Skip(2).Select(cell => int.Parse(cell, CultureInfo.InvariantCulture)), "the table says so of {0} {1}", method, path);
    }

    [Fact]
    [Trait("ASVS", "8.1.1")]
    public async Task Every_route_of_the_description_is_in_the_table()
    {
        var served = (await cast.DescribedAsync()).Select(operation => operation.Name);

        Lines.Select(line => string.Join(' ', line.Split(' ').Take(2))).Should().BeEquivalentTo(served);
    }

    [GeneratedRegex(" +", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Blanks();
}
