// What a typed client does with the description: signs in, reads, and changes one field without touching the others. Compiled strictly
// against the types that openapi-typescript makes of it.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Problem = components["schemas"]["ProblemBody"];

declare const process: { argv: string[] };
const [, , baseUrl, email, password] = process.argv as unknown as [string, string, string, string, string];

async function main(): Promise<void> {
  const api = createClient<paths>({ baseUrl });
  const signedIn = await api.POST("/api/v1/auth/login", { body: { email, password } });
  if (!signedIn.data) throw new Error(`no session: ${(signedIn.error satisfies Problem).code}`);
  const headers = { Authorization: `Bearer ${signedIn.data.access_token}` };

  const changed = await api.PATCH("/api/v1/users/me", { headers, body: { full_name: "Dana Cohen" } });
  const me = await api.GET("/api/v1/auth/me", { headers });
  if (changed.data?.full_name !== "Dana Cohen" || me.data?.full_name !== "Dana Cohen") throw new Error("the name is not the new one");
  if (me.data.locale !== "he") throw new Error("the language was wiped");
  if (me.data.roles[0] !== "patient") throw new Error(`the role is ${me.data.roles[0]}`);

  const registered = await api.POST("/api/v1/auth/register", { body: { email: `new-${email}`, password } });
  const status: "signed_in" | "accepted" | undefined = registered.data?.status;
  if (status === "signed_in" && !registered.data?.access_token) throw new Error("signed in without a token");

  const refused = await api.POST("/api/v1/auth/login", { body: { email, password: "wrong" } });
  if (refused.error?.code !== "invalid_credentials") throw new Error(`the code is ${refused.error?.code}`);
  await api.POST("/api/v1/auth/logout-all", { headers, body: { scope: "others" } });
  // @ts-expect-error a password is needed
  await api.POST("/api/v1/auth/login", { body: { email } });
  // @ts-expect-error there is no such scope
  await api.POST("/api/v1/auth/logout-all", { headers, body: { scope: "mine" } });
  // @ts-expect-error null is not a name
  await api.PATCH("/api/v1/users/me", { headers, body: { full_name: null, username: "typed" } });
}

await main();
