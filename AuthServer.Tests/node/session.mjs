// The Session class of docs/clients.md against the real server. What stands between the two, the network, is ours to break.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { ask, baseUrl, modulePath, run } from "./harness.mjs";

const { Session, Refused } = await import(modulePath);
const api = `${baseUrl}/api/v1`;
const password = "correct horse battery";

/** An app with a network that can be broken, a clock that can be moved, and no patience to spend: waits are only noted. */
function makeApp({ store = memory(), onWait = () => {} } = {}) {
  const app = { store, sent: [], ended: [], waits: [], ahead: 0, network: (url, init) => fetch(url, init) };
  app.count = path => app.sent.filter(url => url.endsWith(path)).length;
  app.session = new Session(api, store, code => app.ended.push(code), {
    fetch: (url, init) => { app.sent.push(url); return app.network(url, init); },
    now: () => Date.now() + app.ahead,
    wait: async ms => { app.waits.push(ms); await onWait(); },
  });
  app.me = () => app.session.fetch(`${api}/auth/me`);
  return app;
}

function memory() {
  let text = "null";
  return { load: async () => JSON.parse(text), save: async saved => { text = JSON.stringify(saved); } };
}

async function signedIn(options) {
  const app = makeApp(options);
  await app.session.signIn(await ask("person"), password);
  app.sent.length = 0;
  return app;
}

/** Does `instead` with requests for a refresh; all others go through. */
const onRefresh = instead => (url, init) => url.endsWith("/auth/refresh") ? instead(url, init) : fetch(url, init);
const offline = async () => { throw new TypeError("fetch failed"); };
const refused = code => error => error instanceof Refused && error.code === code;
async function codeOf(accessToken) {
  const answer = await fetch(`${api}/auth/verify`, { method: "POST", headers: { Authorization: `Bearer ${accessToken}` } });
  return (await answer.json()).code;
}

const expire = () => ask("advance 660");
const twenty = call => Array.from({ length: 20 }, call);

/** What React Native has instead of Node's own: fetch is whatwg-fetch over XMLHttpRequest, signals are those of abort-controller. */
async function becomeReactNative() {
  globalThis.XMLHttpRequest = (await import("xhr2")).default;
  Object.assign(globalThis, await import("abort-controller"));
  const { fetch, Headers, Request, Response } = await import("whatwg-fetch");
  Object.assign(globalThis, { fetch, Headers, Request, Response });
  Object.defineProperty(globalThis, "navigator", { value: { product: "ReactNative" }, configurable: true });
  assert.equal(AbortSignal.timeout, undefined);
  assert.equal(new Response("").body, undefined);
}

await run({
  async reactNative() {
    await becomeReactNative();
    const app = makeApp();
    await app.session.signIn(await ask("person"), password);
    await expire();
    const answer = await app.me();
    assert.equal(answer.status, 200);
    assert.equal(typeof (await answer.json()).id, "string");
    assert.equal(app.count("/auth/refresh"), 1);
    await app.session.signOut();
    assert.equal(await app.store.load(), null);
  },

  async reactNativeRefused() {
    await becomeReactNative();
    const app = makeApp();
    await assert.rejects(app.session.signIn(await ask("person"), "not the password"), refused("invalid_credentials"));
    app.session = new Session("http://127.0.0.1:1/api/v1", app.store, () => {}, {
      fetch: (url, init) => fetch(url, init), now: Date.now, wait: async () => {} });
    await assert.rejects(app.session.signIn(await ask("person"), password), refused("unavailable"));
  },

  async reactNativeHangs() {
    await becomeReactNative();
    const app = makeApp();
    const person = await ask("person");
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await once(silent, "listening");
    globalThis.setTimeout = alarm => setImmediate(() => setImmediate(alarm)); // the ten seconds are over at once
    app.network = (_, init) => fetch(`http://127.0.0.1:${silent.address().port}/`, init);
    await assert.rejects(app.session.signIn(person, password), refused("unavailable"));
    silent.close();
  },

  async twentyCalls() {
    const app = await signedIn();
    await expire();
    const answers = await Promise.all(twenty(app.me));
    assert.deepEqual(answers.map(answer => answer.status), twenty(() => 200));
    assert.equal(app.count("/auth/refresh"), 1);
  },

  async renewsAhead() {
    const app = await signedIn();
    app.ahead = 571_000;
    assert.equal((await app.me()).status, 200);
    assert.deepEqual(app.sent.map(url => url.slice(api.length)), ["/auth/refresh", "/auth/me"]);
  },

  async networkFailure() {
    const app = await signedIn();
    await expire();
    app.network = onRefresh(offline);
    await assert.rejects(app.me(), refused("unavailable"));
    assert.equal(app.count("/auth/refresh"), 4);
    assert.ok(app.waits.every((ms, i) => ms > 0 && ms <= 500 * 2 ** (i + 1)), `waits: ${app.waits}`);
    app.network = fetch;
    assert.equal((await app.me()).status, 200);
    assert.deepEqual(app.ended, []);
  },

  async lostAnswer() {
    const app = await signedIn();
    await expire();
    const lost = [];
    app.network = onRefresh(async (url, init) => {
      const answer = await fetch(url, init);
      if (lost.length > 0) return answer;
      lost.push(await answer.json());
      throw new TypeError("terminated");
    });
    assert.equal((await app.me()).status, 200);
    assert.equal(app.count("/auth/refresh"), 2);
    assert.equal((await app.store.load()).refreshToken, lost[0].refresh_token);
    await expire();
    assert.equal((await app.me()).status, 200);
  },

  async strangersAnswer() {
    const app = await signedIn();
    await expire();
    app.network = onRefresh(async () => new Response("<h1>Welcome to our Wi-Fi</h1>", { headers: { "Content-Type": "text/html" } }));
    await assert.rejects(app.me(), refused("unavailable"));
    app.network = fetch;
    assert.equal((await app.me()).status, 200);
  },

  async unavailable() {
    const app = await signedIn({ onWait: () => ask("unblock") });
    await expire();
    await ask("block");
    assert.equal((await app.me()).status, 200);
    assert.deepEqual(app.waits, [2000]);
    assert.equal(app.count("/auth/refresh"), 2);
  },

  async revoked() {
    const app = await signedIn();
    const { refreshToken } = await app.store.load();
    await fetch(`${api}/auth/logout`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ refresh_token: refreshToken }) });
    const results = await Promise.allSettled(twenty(app.me));
    // Those whose 401 comes after the end was told find nobody signed in.
    assert.ok(results.every(result => ["session_revoked", "signed_out"].includes(result.reason?.code)), JSON.stringify(results));
    assert.deepEqual(app.ended, ["session_revoked"]);
    assert.equal(await app.store.load(), null);
    app.sent.length = 0;
    await assert.rejects(app.me(), refused("signed_out"));
    assert.deepEqual(app.sent, []);
  },

  async reused() {
    const app = await signedIn();
    const former = await app.store.load();
    await expire();
    await app.me();
    await expire();
    await app.store.save(former);
    await assert.rejects(app.me(), refused("refresh_token_reused"));
    assert.deepEqual(app.ended, ["refresh_token_reused"]);
  },

  async racingTabs() {
    const stores = [memory(), memory()]; // as two that do not see what the other stores
    const first = await signedIn({ store: stores[0] });
    await stores[1].save(await stores[0].load());
    const second = makeApp({ store: stores[1] });
    await expire();
    const answers = await Promise.all([first.me(), second.me()]);
    assert.deepEqual(answers.map(answer => answer.status), [200, 200]);
    assert.equal((await stores[0].load()).refreshToken, (await stores[1].load()).refreshToken);
  },

  async lockedTabs() {
    let turn = Promise.resolve();
    Object.defineProperty(globalThis, "navigator", {
      value: { locks: { request: (_, work) => turn = turn.then(work) } }, configurable: true });
    const first = await signedIn();
    const second = makeApp({ store: first.store });
    await expire();
    await Promise.all([first.me(), second.me()]);
    assert.equal(first.count("/auth/refresh") + second.count("/auth/refresh"), 1);
  },

  async signsOutOffline() {
    const app = await signedIn();
    const { accessToken } = await app.store.load();
    app.network = offline;
    await assert.rejects(app.session.signOut(), refused("unavailable"));
    await assert.rejects(app.me(), refused("signed_out"));
    app.network = fetch;
    await app.session.signOut();
    assert.equal(await app.store.load(), null);
    assert.equal(await codeOf(accessToken), "session_revoked");
    assert.deepEqual(app.ended, []);
  },
});
