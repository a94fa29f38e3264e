using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AuthServer.Migrations
{
    /// <inheritdoc />
    public partial class HardenSignInErasureAndLicences : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "pending_email_vouched_at",
                table: "users",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "failures_in_a_row",
                table: "sign_in_lockouts",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "private_pool_name",
                table: "physicians",
                type: "character varying(100)",
                maxLength: 100,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "number_key",
                table: "licences",
                type: "character varying(64)",
                maxLength: 64,
                nullable: false,
                computedColumnSql: "left(upper(regexp_replace(translate(normalize(number, NFKC), "
                    + "'٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', '01234567890123456789'), "
                    + "'[\\s!-/:-@\\[-`{-~–—]', '', 'g')), 64)",
                stored: true);

            migrationBuilder.CreateTable(
                name: "erased_ids",
                columns: table => new
                {
                    digest = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_erased_ids", x => x.digest);
                });

            migrationBuilder.CreateIndex(
                name: "ix_users_pending_email_at",
                table: "users",
                column: "pending_email_at",
                filter: "pending_email IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_licences_number_key_jurisdiction",
                table: "licences",
                columns: new[] { "number_key", "jurisdiction" });

            migrationBuilder.CreateIndex(
                name: "ix_email_outbox_new_address",
                table: "email_outbox",
                column: "created_at",
                filter: "data ? 'new_address'");

            migrationBuilder.Sql("""
                -- What was erased from the audit log does not come back: or the server's role could delete an account, have its events
                -- blanked, and insert it again, in one transaction or in two. Nobody is known by the digest of a random id.
                -- Whoever adds an account and whoever erases one of the same id wait for each other; 256 locks, so that adding many at
                -- once does not exhaust them.
                CREATE FUNCTION erased_id_bucket(id uuid) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
                    SELECT get_byte(uuid_send(id), 15) $$;

                CREATE FUNCTION refuse_erased_id() RETURNS trigger
                    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
                BEGIN
                    PERFORM pg_advisory_xact_lock_shared(1701994867, erased_id_bucket(NEW.id));
                    -- In any other level the check would not see what was committed while it waited.
                    IF current_setting('transaction_isolation') <> 'read committed'
                        OR EXISTS (SELECT 1 FROM erased_ids WHERE digest = sha256(uuid_send(NEW.id))) THEN
                        RAISE EXCEPTION 'What was erased does not come back.' USING ERRCODE = 'insufficient_privilege';
                    END IF;
                    RETURN NULL;
                END $$;
                CREATE TRIGGER users_not_erased AFTER INSERT OR UPDATE OF id ON users
                    FOR EACH ROW EXECUTE FUNCTION refuse_erased_id();
                CREATE TRIGGER api_keys_not_erased AFTER INSERT OR UPDATE OF id ON api_keys
                    FOR EACH ROW EXECUTE FUNCTION refuse_erased_id();

                CREATE OR REPLACE FUNCTION erase_from_audit(person uuid, pseudonym uuid, events bigint[], proofs bytea[]) RETURNS bigint
                    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
                DECLARE erased bigint;
                BEGIN
                    IF current_setting('transaction_isolation') <> 'read committed' THEN
                        RAISE EXCEPTION 'Erasing needs to see what others commit.' USING ERRCODE = 'insufficient_privilege';
                    END IF;
                    PERFORM pg_advisory_xact_lock(1701994867, erased_id_bucket(person));
                    IF EXISTS (SELECT 1 FROM users WHERE id IN (person, pseudonym))
                        OR EXISTS (SELECT 1 FROM api_keys WHERE id IN (person, pseudonym)) THEN
                        RAISE EXCEPTION 'The account is still there.' USING ERRCODE = 'insufficient_privilege';
                    END IF;
                    IF cardinality(events) <> cardinality(proofs)
                        OR EXISTS (SELECT 1 FROM unnest(proofs) AS p (proof) WHERE octet_length(proof) IS DISTINCT FROM 68) THEN
                        RAISE EXCEPTION 'These are no proofs.' USING ERRCODE = 'insufficient_privilege';
                    END IF;
                    IF person <> pseudonym THEN
                        -- The pseudonym as well: or the events could be attributed to somebody again.
                        INSERT INTO erased_ids VALUES (sha256(uuid_send(person))), (sha256(uuid_send(pseudonym)))
                            ON CONFLICT DO NOTHING;
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
                        -- Under one name before and after, it is a new proof for a row that has one, and takes nothing from it.
                        AND (person <> pseudonym OR (a.erasure_proof IS NOT NULL
                            AND (coalesce(a.actor_id, person) <> person OR (a.ip_address IS NULL AND a.user_agent IS NULL))
                            AND (a.subject_id IS DISTINCT FROM person OR a.detail IS NULL)));
                    GET DIAGNOSTICS erased = ROW_COUNT;
                    PERFORM set_config('authserver.audit_exception', '', true);
                    RETURN erased;
                END $$;
                REVOKE ALL ON FUNCTION refuse_erased_id() FROM PUBLIC;

                -- Stored before names and search terms were brought to one normal form, which may be longer.
                UPDATE users SET full_name = normalize(full_name, NFC)
                    WHERE full_name IS NOT NFC NORMALIZED AND length(normalize(full_name, NFC)) <= 200;
                UPDATE tenants SET name = normalize(name, NFC)
                    WHERE name IS NOT NFC NORMALIZED AND length(normalize(name, NFC)) <= 200;
                UPDATE physicians SET specialty = normalize(specialty, NFC)
                    WHERE specialty IS NOT NFC NORMALIZED AND length(normalize(specialty, NFC)) <= 100;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                DROP TRIGGER users_not_erased ON users;
                DROP TRIGGER api_keys_not_erased ON api_keys;
                CREATE OR REPLACE FUNCTION erase_from_audit(person uuid, pseudonym uuid, events bigint[], proofs bytea[]) RETURNS bigint
                    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
                DECLARE erased bigint;
                BEGIN
                    IF EXISTS (SELECT 1 FROM users WHERE id IN (person, pseudonym))
                        OR EXISTS (SELECT 1 FROM api_keys WHERE id IN (person, pseudonym)) THEN
                        RAISE EXCEPTION 'The account is still there.' USING ERRCODE = 'insufficient_privilege';
                    END IF;
                    IF cardinality(events) <> cardinality(proofs)
                        OR EXISTS (SELECT 1 FROM unnest(proofs) AS p (proof) WHERE octet_length(proof) IS DISTINCT FROM 68) THEN
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
                DROP FUNCTION refuse_erased_id();
                DROP FUNCTION erased_id_bucket(uuid);
                """);

            migrationBuilder.DropTable(
                name: "erased_ids");

            migrationBuilder.DropIndex(
                name: "ix_users_pending_email_at",
                table: "users");

            migrationBuilder.DropIndex(
                name: "ix_licences_number_key_jurisdiction",
                table: "licences");

            migrationBuilder.DropIndex(
                name: "ix_email_outbox_new_address",
                table: "email_outbox");

            migrationBuilder.DropColumn(
                name: "number_key",
                table: "licences");

            migrationBuilder.DropColumn(
                name: "pending_email_vouched_at",
                table: "users");

            migrationBuilder.DropColumn(
                name: "failures_in_a_row",
                table: "sign_in_lockouts");

            migrationBuilder.DropColumn(
                name: "private_pool_name",
                table: "physicians");
        }
    }
}
