/** The small GitHub that nock plays for a client, apart from it: whoever imports nock has it in every request. */
import nock from "nock";
import { apiUrl, token } from "./a-client.ts";

/** Plays sign-in for installation 7, and gives the scope for more. */
export function played(): nock.Scope {
  const scope = nock(apiUrl.slice(0, -4), { allowUnmocked: false });
  scope
    .persist()
    .post("/api/app/installations/7/access_tokens")
    .reply(201, { token, expires_at: "2099-01-01T00:00:00Z", permissions: {}, repository_selection: "all" });
  return nock(apiUrl);
}
