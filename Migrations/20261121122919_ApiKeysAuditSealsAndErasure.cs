using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AuthServer.Migrations
{
    /// <inheritdoc />
    public partial class ApiKeysAuditSealsAndErasure : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "erasure_due_at",
                table: "users",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "is_anonymous",
                table: "users",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<bool>(
                name: "must_reset_password",
                table: "users",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "legacy_id",
                table: "tenants",
                type: "character varying(128)",
                maxLength: 128,
                nullable: true);

            migrationBuilder.AddColumn<byte[]>(
                name: "erasure_proof",
                table: "audit_events",
                type: "bytea",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "salt",
                table: "audit_events",
                type: "uuid",
                nullable: true,
                defaultValueSql: "gen_random_uuid()");

            migrationBuilder.CreateTable(
                name: "api_keys",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    secret_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: true),
                    scopes = table.Column<string[]>(type: "text[]", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    requests_per_minute = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    exposed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    expiry_told_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_api_keys", x => x.id);
                    table.ForeignKey(
                        name: "fk_api_keys_tenants_tenant_id",
                        column: x => x.tenant_id,
                        principalTable: "tenants",
                        principalColumn: "id");
                    table.ForeignKey(
                        name: "fk_api_keys_users_owner_id",
                        column: x => x.owner_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                })
                .Annotation("Npgsql:StorageParameter:fillfactor", 90);

            migrationBuilder.CreateTable(
                name: "audit_seals",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    first_event_id = table.Column<long>(type: "bigint", nullable: false),
                    last_event_id = table.Column<long>(type: "bigint", nullable: false),
                    event_count = table.Column<int>(type: "integer", nullable: false),
                    newest_event_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    sealed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    event_ids = table.Column<long[]>(type: "bigint[]", nullable: true),
                    event_hashes = table.Column<byte[]>(type: "bytea", nullable: true),
                    events_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    previous_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    key_id = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    signature = table.Column<byte[]>(type: "bytea", nullable: false),
                    removed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_seals", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_users_anonymous",
                table: "users",
                column: "id",
                filter: "is_anonymous");

            migrationBuilder.CreateIndex(
                name: "ix_users_erasure_due_at",
                table: "users",
                column: "erasure_due_at",
                filter: "erasure_due_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_users_legacy_id",
                table: "users",
                column: "legacy_id",
                unique: true,
                filter: "legacy_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_tenants_legacy_id",
                table: "tenants",
                column: "legacy_id",
                unique: true,
                filter: "legacy_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_licences_number",
                table: "licences",
                column: "number");

            migrationBuilder.CreateIndex(
                name: "ix_audit_events_actor_id_id",
                table: "audit_events",
                columns: new[] { "actor_id", "id" },
                filter: "actor_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_audit_events_erased",
                table: "audit_events",
                column: "id",
                filter: "erasure_proof IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_audit_events_tenant_id_id",
                table: "audit_events",
                columns: new[] { "tenant_id", "id" },
                filter: "tenant_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_audit_events_type_id",
                table: "audit_events",
                columns: new[] { "type", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_api_keys_expires_at",
                table: "api_keys",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "ix_api_keys_owner_id",
                table: "api_keys",
                column: "owner_id");

            migrationBuilder.CreateIndex(
                name: "ix_api_keys_tenant_id_name",
                table: "api_keys",
                columns: new[] { "tenant_id", "name" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_seals_last_event_id",
                table: "audit_seals",
                column: "last_event_id",
                unique: true);

            migrationBuilder.Sql("""
                -- Two functions alone may take something from the audit log, with the rights of the owner: the server's role has none.
                CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF TG_OP = 'TRUNCATE' OR current_setting('authserver.audit_exception', true) IS DISTINCT FROM 'on' THEN
                        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
                    END IF;
                    RETURN NULL;
                END $$;
                CREATE TRIGGER audit_seals_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals
                    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

                -- A seal is the next one, of exactly what came since the last. Or a made-up one would have the function below remove what is not
                -- old, or leave no numbers for those to come.
                CREATE FUNCTION check_audit_seal() RETURNS trigger
                    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
                DECLARE
                    previous audit_seals;
                    ids bigint[];
                    newest timestamptz;
                BEGIN
                    SELECT * INTO previous FROM audit_seals ORDER BY id DESC LIMIT 1;
                    SELECT array_agg(id ORDER BY id), max(occurred_at) INTO ids, newest FROM audit_events
                        WHERE id > coalesce(previous.last_event_id, -9223372036854775808) AND id <= NEW.last_event_id;
                    IF NEW.id <> coalesce(previous.id, 0) + 1 OR NEW.previous_hash <> coalesce(previous.hash, '')
                        OR ids IS NULL OR NEW.event_ids IS DISTINCT FROM ids OR NEW.first_event_id <> ids[1] OR NEW.event_count <> cardinality(ids)
                        OR NEW.newest_event_at <> newest OR NEW.removed_at IS NOT NULL
                        OR NEW.last_event_id > pg_sequence_last_value(pg_get_serial_sequence('audit_events', 'id')::regclass)
                        OR octet_length(NEW.event_hashes) IS DISTINCT FROM 32 * cardinality(ids) OR octet_length(NEW.hash) <> 32 OR octet_length(NEW.events_hash) <> 32 THEN
                        RAISE EXCEPTION 'This is not the next seal.' USING ERRCODE = 'insufficient_privilege';
                    END IF;
                    RETURN NEW;
                END $$;
                CREATE TRIGGER audit_seals_in_order BEFORE INSERT ON audit_seals FOR EACH ROW EXECUTE FUNCTION check_audit_seal();

                -- The oldest sealed batch whose events are all from before that time: the events go, the seal stays. Null where there is none.
                CREATE FUNCTION remove_sealed_events(older_than timestamptz) RETURNS bigint
                    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
                DECLARE batch audit_seals;
                BEGIN
                    IF older_than > now() - interval '365 days' THEN
                        RAISE EXCEPTION 'Audit events are kept for a year at least.' USING ERRCODE = 'insufficient_privilege';
                    END IF;
                    SELECT * INTO batch FROM audit_seals WHERE removed_at IS NULL ORDER BY id LIMIT 1 FOR UPDATE;
                    IF batch.id IS NULL OR batch.newest_event_at >= older_than THEN
                        RETURN NULL;
                    END IF;
                    PERFORM set_config('authserver.audit_exception', 'on', true);
                    DELETE FROM audit_events WHERE id = ANY (batch.event_ids);
                    UPDATE audit_seals SET event_ids = NULL, event_hashes = NULL, removed_at = now() WHERE id = batch.id;
                    PERFORM set_config('authserver.audit_exception', '', true);
                    RETURN batch.id;
                END $$;

                -- Takes from the log what is personal about somebody whose account is gone, and puts a pseudonym in their place.
                CREATE FUNCTION erase_from_audit(person uuid, pseudonym uuid, events bigint[], proofs bytea[]) RETURNS bigint
                    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
                DECLARE erased bigint;
                BEGIN
                    IF EXISTS (SELECT 1 FROM users WHERE id IN (person, pseudonym)) OR EXISTS (SELECT 1 FROM api_keys WHERE id IN (person, pseudonym)) THEN
                        RAISE EXCEPTION 'The account is still there.' USING ERRCODE = 'insufficient_privilege';
                    END IF;
                    IF cardinality(events) <> cardinality(proofs) OR EXISTS (SELECT 1 FROM unnest(proofs) AS p (proof) WHERE octet_length(proof) IS DISTINCT FROM 68) THEN
                        RAISE EXCEPTION 'These are no proofs.' USING ERRCODE = 'insufficient_privilege';
                    END IF;
                    PERFORM set_config('authserver.audit_exception', 'on', true);
                    UPDATE audit_events a SET
                        actor_id = CASE WHEN a.actor_id = person THEN pseudonym ELSE a.actor_id END,
                        subject_id = CASE WHEN a.subject_id = person THEN pseudonym ELSE a.subject_id END,
                        ip_address = CASE WHEN coalesce(a.actor_id, person) = person THEN NULL ELSE a.ip_address END,
                        user_agent = CASE WHEN coalesce(a.actor_id, person) = person THEN NULL ELSE a.user_agent END,
                        detail = CASE WHEN a.subject_id = person THEN NULL ELSE a.detail END,
                        salt = NULL,
                        erasure_proof = e.proof
                    FROM unnest(events, proofs) AS e (id, proof)
                    WHERE a.id = e.id AND (a.actor_id = person OR a.subject_id = person)
                        -- Under one name before and after, it is a new proof for a row that has one.
                        AND (person <> pseudonym OR a.erasure_proof IS NOT NULL);
                    GET DIAGNOSTICS erased = ROW_COUNT;
                    PERFORM set_config('authserver.audit_exception', '', true);
                    RETURN erased;
                END $$;
                REVOKE ALL ON FUNCTION check_audit_seal(), remove_sealed_events(timestamptz), erase_from_audit(uuid, uuid, bigint[], bytea[]) FROM PUBLIC;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                DROP TRIGGER audit_seals_in_order ON audit_seals;
                DROP FUNCTION check_audit_seal();
                DROP FUNCTION remove_sealed_events(timestamptz);
                DROP FUNCTION erase_from_audit(uuid, uuid, bigint[], bytea[]);
                CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE EXCEPTION 'audit_events is append-only' USING ERRCODE = 'insufficient_privilege';
                END $$;
                """);

            migrationBuilder.DropTable(
                name: "api_keys");

            migrationBuilder.DropTable(
                name: "audit_seals");

            migrationBuilder.DropIndex(
                name: "ix_users_anonymous",
                table: "users");

            migrationBuilder.DropIndex(
                name: "ix_users_erasure_due_at",
                table: "users");

            migrationBuilder.DropIndex(
                name: "ix_users_legacy_id",
                table: "users");

            migrationBuilder.DropIndex(
                name: "ix_tenants_legacy_id",
                table: "tenants");

            migrationBuilder.DropIndex(
                name: "ix_licences_number",
                table: "licences");

            migrationBuilder.DropIndex(
                name: "ix_audit_events_actor_id_id",
                table: "audit_events");

            migrationBuilder.DropIndex(
                name: "ix_audit_events_erased",
                table: "audit_events");

            migrationBuilder.DropIndex(
                name: "ix_audit_events_tenant_id_id",
                table: "audit_events");

            migrationBuilder.DropIndex(
                name: "ix_audit_events_type_id",
                table: "audit_events");

            migrationBuilder.DropColumn(
                name: "erasure_due_at",
                table: "users");

            migrationBuilder.DropColumn(
                name: "is_anonymous",
                table: "users");

            migrationBuilder.DropColumn(
                name: "must_reset_password",
                table: "users");

            migrationBuilder.DropColumn(
                name: "legacy_id",
                table: "tenants");

            migrationBuilder.DropColumn(
                name: "erasure_proof",
                table: "audit_events");

            migrationBuilder.DropColumn(
                name: "salt",
                table: "audit_events");
        }
    }
}
