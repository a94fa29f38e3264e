-- A platform of a million people, to measure the staff's routes on: 200 tenants, of which the largest has a seventh of the
-- people and the smallest a few hundred, names in two scripts, a month of sign-ins. On a freshly migrated database, as its owner:
--   psql "$MIGRATIONS_DATABASE_URL" -v people=1000000 -v sign_ins=1200000 -f eng/load/people.sql
-- The same numbers make the same people: whatever looks random is a hash of the person's number.
\set ON_ERROR_STOP on
\timing on

-- From 0 up to 1, for the n-th and what is asked about them.
CREATE FUNCTION pg_temp.share(n bigint, about text) RETURNS float8 LANGUAGE sql IMMUTABLE
    RETURN (hashtextextended(about, n) & 2147483647) / 2147483648.0;

CREATE FUNCTION pg_temp.one_of(words text[], n bigint, about text, skew float8) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN words[1 + floor(array_length(words, 1) * power(pg_temp.share(n, about), skew))::int];

CREATE FUNCTION pg_temp.v7(at timestamptz, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
    RETURN (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid;

CREATE TEMP TABLE words AS SELECT
    string_to_array('Noa Maya Tamar Adam Omer David Sara Daniel Yael Amir Dana Michael Anna Maria John Emma Liam Olivia Noah Ava Lucas Mia Ethan Sofia Leon Lea Paul Marie Ben Julia Omar Fatima Ali Layla Ahmed Nour Yusuf Amina Ivan Olga Dmitri Elena Sergei Irina Pierre Camille Louis Chloe Hugo Manon Carlos Lucia Diego Carmen Pablo Wei Li Mei Jun Hana Yuki Ravi Priya Arjun Anil Zofia', ' ') AS first_names,
    string_to_array('Cohen Levi Mizrahi Peretz Biton Dahan Avraham Friedman Katz Azoulay Malka Amar Gabay Hadad Shapira Ohana Ben-David Smith Johnson Brown Garcia Miller Davis Martinez Anderson Taylor Thomas Moore Jackson Martin Lee Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Ivanov Petrov Sidorov Haddad Khoury Mansour Nasser Kumar Singh Sharma Patel Chen Wang Zhang Tanaka Sato Suzuki Zylberberg', ' ') AS last_names,
    string_to_array('נועה מאיה תמר אדם עומר דוד שרה דניאל יעל אמיר דנה מיכאל אברהם משה רחל לאה יוסף איתי שירה רוני גיל ענת טל נדב', ' ') AS hebrew_first,
    string_to_array('כהן לוי מזרחי פרץ ביטון דהן אברהם פרידמן מלכה אזולאי כץ יוסף עמר גבאי חדד שפירא אוחנה בן-דוד רוזנברג זילברברג', ' ') AS hebrew_last,
    string_to_array('gmail.com walla.co.il outlook.com yahoo.com icloud.com hotmail.com example.org example.com clinic.example health.example mail.example proton.example', ' ') AS domains;

INSERT INTO tenants (id, slug, name, status, settings, created_at)
SELECT pg_temp.v7(now() - interval '4 years', n), 'clinic-' || n, 'Clinic ' || n, CASE WHEN n % 50 = 49 THEN 'suspended' ELSE 'active' END,
    '{"self_registration": true, "require_verified_email": false, "require_mfa": false}', now() - interval '4 years'
FROM generate_series(1, 200) AS n;

CREATE TEMP TABLE clinics AS SELECT row_number() OVER (ORDER BY id) AS number, id FROM tenants;
CREATE UNIQUE INDEX ON clinics (number);

-- In the order of joining, as a real table has grown; the last tenth came in the last thirty days.
INSERT INTO users (id, full_name, locale, status, token_version, created_at, last_login_at, user_name, normalized_user_name, email, normalized_email, email_confirmed,
    password_hash, security_stamp, concurrency_stamp, phone_number_confirmed, two_factor_enabled, lockout_enabled, access_failed_count, disabled_reason, disabled_until, invited_at)
SELECT pg_temp.v7(at, n), full_name, locale, CASE WHEN pg_temp.share(n, 'disabled') < 0.01 THEN 'disabled' ELSE 'active' END, 1, at,
    CASE WHEN pg_temp.share(n, 'seen') < 0.8 THEN now() - interval '90 days' * pg_temp.share(n, 'seen at') END, user_name, user_name, email, email, pg_temp.share(n, 'confirmed') < 0.9,
    CASE WHEN NOT is_invited THEN 'AQAAAAIAA1tgAAAAE' || md5(n::text) || md5(email) || '==' END, md5('stamp' || n), md5('mark' || n), false, false, false, 0,
    CASE WHEN pg_temp.share(n, 'disabled') < 0.01 THEN 'Asked for by the person.' END,
    CASE WHEN pg_temp.share(n, 'disabled') < 0.001 THEN now() + interval '30 days' END,
    CASE WHEN is_invited THEN now() - interval '5 days' * pg_temp.share(n, 'invited at') END
FROM words,
    generate_series(1, :people) AS n,
    LATERAL (SELECT CASE WHEN n <= :people * 0.9 THEN now() - interval '3 years' + (interval '3 years' - interval '30 days') * (n / (:people * 0.9)) ELSE now() - interval '30 days' * ((:people - n) / (:people * 0.1)) END AS at) AS t,
    LATERAL (SELECT pg_temp.one_of(first_names, n, 'first', 1.5) AS first, pg_temp.one_of(last_names, n, 'last', 2) AS last, n % 4 = 0 AS is_hebrew) AS a,
    LATERAL (SELECT CASE WHEN is_hebrew THEN pg_temp.one_of(hebrew_first, n, 'first', 1.5) || ' ' || pg_temp.one_of(hebrew_last, n, 'last', 2) ELSE first || ' ' || last END AS full_name,
        CASE WHEN is_hebrew THEN 'he' WHEN n % 3 = 0 THEN 'en' END AS locale,
        lower(first || CASE WHEN n % 2 = 0 THEN '.' ELSE '_' END || last) || n || '@' || pg_temp.one_of(domains, n, 'domain', 3) AS email,
        CASE WHEN n % 10 < 3 THEN lower(first) || n END AS user_name,
        n > :people * 0.99 AND pg_temp.share(n, 'invited') < 0.2 AS is_invited) AS b;

INSERT INTO user_roles (user_id, role_id)
SELECT id, role_id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM users) AS u,
    LATERAL (SELECT '01900000-0000-7000-8000-000000000001'::uuid AS role_id WHERE pg_temp.share(n, 'patient') < 0.95
        UNION ALL SELECT '01900000-0000-7000-8000-000000000002' WHERE pg_temp.share(n, 'physician') < 0.04
        UNION ALL SELECT '01900000-0000-7000-8000-000000000003' WHERE pg_temp.share(n, 'admin') < 0.00003
        UNION ALL SELECT '01900000-0000-7000-8000-000000000004' WHERE pg_temp.share(n, 'support') < 0.0005) AS held;

-- Three in four belong to a clinic, one in twelve to two.
INSERT INTO memberships (user_id, tenant_id, role, created_at)
SELECT u.id, c.id, CASE WHEN pg_temp.share(n, 'staff' || time) < 0.0005 THEN 'admin' WHEN pg_temp.share(n, 'staff' || time) < 0.002 THEN 'support' WHEN pg_temp.share(n, 'physician') < 0.04 THEN 'physician' ELSE 'patient' END, u.created_at
FROM (SELECT id, created_at, row_number() OVER (ORDER BY id) AS n FROM users) AS u,
    LATERAL (VALUES (1, 0.75), (2, 0.08)) AS t (time, share),
    clinics AS c
WHERE pg_temp.share(n, 'member' || time) < t.share AND c.number = 1 + floor(200 * power(pg_temp.share(n, 'clinic' || time), 2.7))
ON CONFLICT DO NOTHING;

INSERT INTO physicians (id, user_id, language_preference, private_pool, vacation_mode, accepting_patients, specialty)
SELECT gen_random_uuid(), user_id, 'he', false, false, true, 'cardiology' FROM user_roles WHERE role_id = '01900000-0000-7000-8000-000000000002';

INSERT INTO licences (id, physician_id, jurisdiction, number, state)
SELECT gen_random_uuid(), id, 'IL', 'IL-' || substr(id::text, 1, 8), CASE WHEN pg_temp.share(hashtext(id::text), 'licence') < 0.9 THEN 'verified' ELSE 'pending' END FROM physicians;

INSERT INTO audit_events (type, outcome, occurred_at, actor_id, subject_id, tenant_id, ip_address, user_agent, request_id, reason)
SELECT CASE n % 5 WHEN 4 THEN 'session.ended' ELSE 'session.started' END, 'success', now() - interval '30 days' + interval '30 days' * (n / :sign_ins::float8), u.id, u.id,
    (SELECT m.tenant_id FROM memberships m WHERE m.user_id = u.id LIMIT 1), '203.0.113.7', 'ClinicApp/2.1', md5(n::text), 'pwd'
FROM generate_series(1, :sign_ins) AS n JOIN (SELECT id, row_number() OVER () AS number FROM users) AS u ON u.number = 1 + floor(:people * pg_temp.share(n, 'who'))
ORDER BY n;

VACUUM ANALYZE;
