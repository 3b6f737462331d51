// What stands under /login, where a login is configured: GET says how to log in, POST does. Pages of configured origins may ask too (Fetch, CORS protocol).

import type { Logins } from "../login/logins.ts";
import { refuseOrigin } from "./access.ts";
import { json, refuse } from "./answer.ts";
import type { Visit } from "./doorkeeper.ts";

const METHODS = "GET, HEAD, OPTIONS, POST";

export async function answerLogin(request: Request, visit: Visit, logins: Logins): Promise<Response> {
  const refusal = refuseOrigin(request, visit.rules);
  if (refusal !== undefined) return refuse(refusal);
  const response = await answer(request, visit, logins);
  const origin = request.headers.get("origin");
  response.headers.set("vary", "origin");
  // It was welcome just now; what it says in a header is no credential that a browser would add by itself.
  if (origin !== null) response.headers.set("access-control-allow-origin", origin);
  return response;
}

async function answer(request: Request, { remote, url, rules }: Visit, logins: Logins): Promise<Response> {
  switch (request.method) {
    case "OPTIONS":
      return new Response(null, {
        status: 204,
        headers: {
          "access-control-allow-methods": METHODS,
          "access-control-allow-headers": "authorization, content-type",
          "access-control-max-age": "600",
        },
      });
    case "GET":
    case "HEAD": {
      const answered = await logins.tell(request, url);
      return "status" in answered ? refuse(answered) : json(answered);
    }
    case "POST": {
      const answered = await logins.enter(request, { remote, isSecure: rules.secure });
      return "status" in answered ? refuse(answered) : json(answered);
    }
    default:
      return refuse({ status: 405, reason: `Only ${METHODS} are served`, headers: { allow: METHODS } });
  }
}
