// The answers that are not documents, with the bodies that EC2 sends.

import type { ImdsAnswer, ImdsHeader, RefusalReason } from "./message.ts";

export const TEXT: ImdsHeader = ["Content-Type", "text/plain"];
const HTML: ImdsHeader = ["Content-Type", "text/html"];
/** With every answer, those of HTTP's own errors included: other tools detect EC2 by it. */
export const EC2_SERVER: readonly ImdsHeader[] = [["Server", "EC2ws"]];

const LOOP_SENTENCE =
  "metacred refuses this request because the base credentials are being asked of metacred itself: " +
  "give it a base that does not read 169.254.169.254.";

export function notFound(...more: readonly ImdsHeader[]): ImdsAnswer {
  return { status: 404, headers: [HTML, ...more], body: xhtml("404 - Not Found") };
}

export function unauthorized(): ImdsAnswer {
  return { status: 401, headers: [HTML], body: xhtml("401 - Unauthorized") };
}

export function badRequest(): ImdsAnswer {
  return { status: 400, headers: [HTML], body: xhtml("400 - Bad Request") };
}

/** Without a body, as EC2 answers a token request that it does not allow. */
export function forbidden(): ImdsAnswer {
  return { status: 403, headers: [TEXT] };
}

export function methodNotAllowed(allow: "PUT" | "GET, HEAD"): ImdsAnswer {
  return { status: 405, headers: [TEXT, ["Allow", allow]] };
}

/** `hasHost`: a request without any is malformed rather than forbidden. */
export function refused(refusal: RefusalReason, hasHost: boolean): ImdsAnswer {
  if (refusal === "loop") return { ...forbidden(), body: LOOP_SENTENCE, refusal };
  if (refusal === "host" && !hasHost) return { ...badRequest(), refusal };
  return { ...forbidden(), refusal };
}

// --- internal ---

// As recorded from EC2, two tabs and a space before the DTD's address included: 339 bytes for 404.
function xhtml(title: string): string {
  return `<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
\t\t "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>${title}</title>
 </head>
 <body>
  <h1>${title}</h1>
 </body>
</html>
`;
}
