// usage: node common-passwords.mjs passwords.json ranked.txt TABLE
// Makes the table that Accounts/Credentials/CommonPasswords.cs searches: of each password, in its folded form, the first eight bytes of
// SHA-256, sorted. Of other passwords, eight bytes take one in 10^14 for a common one.
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

const [source, ranked, table] = process.argv.slice(2);

// The same as Fold in CommonPasswords.cs; a test compares.
const plainLetters = { 4: 'a', '@': 'a', 3: 'e', 1: 'i', '!': 'i', l: 'i', '|': 'i', 0: 'o', 5: 's', $: 's', 7: 't' };
const fold = password => [...password.normalize('NFKC').toLowerCase()].map(sign => plainLetters[sign] ?? sign).join('');

// ASVS 6.2.4: whatever the policy's least length is (8 to 64), the first 3,000 of those that satisfy it.
const inOrder = readFileSync(ranked, 'utf8').split(/\r?\n/);
const ofAnyLength = Array.from({ length: 57 }, (_, i) => inOrder.filter(password => [...password].length >= i + 8).slice(0, 3000)).flat();

const folded = new Set([...JSON.parse(readFileSync(source, 'utf8')), ...ofAnyLength].map(fold));
const entries = [...folded].map(password => createHash('sha256').update(password, 'utf8').digest().subarray(0, 8));
writeFileSync('table', Buffer.concat(entries.sort(Buffer.compare)));
renameSync('table', table);
