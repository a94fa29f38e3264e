// Libraries that hold tokens to RFC 9068, each given a token as its own documentation says. The issuer's address is the one of
// production, where a proxy stands; here requests to it go to the server under test instead.
import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { auth } from "express-oauth2-jwt-bearer";
import { createLocalJWKSet, jwtVerify } from "jose";
import * as oauth from "oauth4webapi";
import * as openid from "openid-client";
import { ExtractJwt, Strategy } from "passport-jwt";
import { ask, baseUrl, run } from "./harness.mjs";

const issuer = "http://localhost";
const toServer = (url, init) => fetch(String(url).replace(/^http:\/\/localhost(?=\/)/, baseUrl), init);
const keys = async () => (await fetch(`${baseUrl}/.well-known/jwks.json`)).json();
const request = token => new Request("http://api.example.com/", { headers: { authorization: `Bearer ${token}` } });

const verify = {
  async oauth4webapi(token) {
    const insecure = { [oauth.customFetch]: toServer, [oauth.allowInsecureRequests]: true };
    const response = await oauth.discoveryRequest(new URL(issuer), insecure);
    const server = await oauth.processDiscoveryResponse(new URL(issuer), response);
    return oauth.validateJwtAccessToken(server, request(token), "authserver", insecure);
  },
  async jose(token) {
    const rules = { issuer, audience: "authserver", typ: "at+jwt", requiredClaims: ["client_id", "jti", "iat", "sub", "exp"] };
    return (await jwtVerify(token, createLocalJWKSet(await keys()), rules)).payload;
  },
  async express(token) {
    const middleware = auth({
      jwksUri: `${baseUrl}/.well-known/jwks.json`, issuer, audience: "authserver", strict: true, tokenSigningAlg: "ES256" });
    const headers = { host: "api.example.com", authorization: `Bearer ${token}` };
    const call = { method: "GET", protocol: "https", url: "/", headers, query: {}, get: name => headers[name.toLowerCase()], is: () => false };
    await new Promise((resolve, reject) => middleware(call, {}, error => error ? reject(error) : resolve()));
    return call.auth.payload;
  },
  async passport(token) {
    const [jwk] = (await keys()).keys;
    const strategy = new Strategy({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(), algorithms: ["ES256"], issuer, audience: "authserver",
      secretOrKey: createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "pem" }),
    }, (claims, done) => done(null, claims));
    return new Promise((resolve, reject) => {
      Object.assign(strategy, { success: resolve, fail: reject, error: reject });
      strategy.authenticate({ headers: { authorization: `Bearer ${token}` } });
    });
  },
};

const verifies = library => async () => {
  for (const kind of ["person", "refreshed", "guest", "key"]) {
    const [token, subject] = (await ask(kind)).split(" ");
    assert.equal((await verify[library](token)).sub, subject, kind);
  }
};

await run({
  oauth4webapi: verifies("oauth4webapi"),
  jose: verifies("jose"),
  express: verifies("express"),
  passport: verifies("passport"),

  async openid() {
    const [name, password] = (await ask("account")).split(" ");
    const config = await openid.discovery(new URL(issuer), "any-app", undefined, openid.None(), {
      execute: [openid.allowInsecureRequests], [openid.customFetch]: toServer });

    const first = await openid.genericGrantRequest(config, "password", { username: name, password: decodeURIComponent(password) });
    const second = await openid.refreshTokenGrant(config, first.refresh_token);
    assert.equal((await verify.jose(second.access_token)).sub, (await verify.jose(first.access_token)).sub);

    const refusal = code => error => error instanceof openid.ResponseBodyError && error.error === code && !!error.error_description;
    await assert.rejects(openid.genericGrantRequest(config, "password", { username: name, password: "wrong" }), refusal("invalid_grant"));
    await assert.rejects(openid.genericGrantRequest(config, "password", { username: name }), refusal("invalid_request"));
    await assert.rejects(openid.refreshTokenGrant(config, "forged"), refusal("invalid_grant"));
    await assert.rejects(openid.clientCredentialsGrant(config), refusal("unsupported_grant_type"));
  },
});
