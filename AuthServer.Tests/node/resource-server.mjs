// The Node sample of README.md as a resource server uses it. The issuer's address is the one of production, where a proxy
// stands; here requests to it go to the server under test instead.
import assert from "node:assert/strict";
import { ask, baseUrl, modulePath, run } from "./harness.mjs";

const direct = globalThis.fetch;
globalThis.fetch = (url, init) => direct(String(url).replace(/^http:\/\/localhost(?=\/)/, baseUrl), init);
process.env.AUTH_ISSUER = "http://localhost";
const { callerOf } = await import(modulePath);

const withToken = async kind => callerOf(`Bearer ${await ask(kind)}`);

await run({
  async good() {
    const claims = await withToken("good");
    assert.equal(claims.sub, await ask("sub"));
    assert.deepEqual(claims.role, ["patient"]);
  },
  async none() {
    await assert.rejects(callerOf(undefined), { code: "ERR_JWS_INVALID" });
  },
  async tampered() {
    await assert.rejects(withToken("tampered"), { code: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" });
  },
  async expired() {
    const token = await ask("good");
    globalThis.Date = class extends Date {
      constructor(...parts) { parts.length > 0 ? super(...parts) : super(Date.now() + 11 * 60_000); }
    };
    await assert.rejects(callerOf(`Bearer ${token}`), { code: "ERR_JWT_EXPIRED" });
  },
  async otherAudience() {
    await assert.rejects(withToken("otherAudience"), { code: "ERR_JWT_CLAIM_VALIDATION_FAILED", claim: "aud" });
  },
  async otherIssuer() {
    await assert.rejects(withToken("otherIssuer"), { code: "ERR_JWT_CLAIM_VALIDATION_FAILED", claim: "iss" });
  },
});
