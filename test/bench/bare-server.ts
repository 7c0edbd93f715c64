// What metacred's metadata service is measured against: Bun.serve with the same answers and not one check.
// A process of its own: reads its answers from stdin, prints its port, serves until it is killed.

export type BareAnswer = { headers: Record<string, string>; body: string };
export type BareAnswers = { token: BareAnswer; list: BareAnswer; credentials: BareAnswer };

/** `closing` says `Connection: close` in every answer, as a server must that was asked to (RFC 9112 §9.6). */
export type BarePorts = { kept: number; closing: number };

function serveBare({ token, list, credentials }: BareAnswers): number {
  const answer = ({ method, url }: Request): BareAnswer => {
    if (method === "PUT") return token;
    return url.endsWith("/") ? list : credentials;
  };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    development: false,
    fetch(request) {
      const { headers, body } = answer(request);
      return new Response(body, { headers });
    },
  });
  return server.port ?? 0;
}

function withHeaders(answers: BareAnswers, more: Record<string, string>): BareAnswers {
  const add = ({ headers, body }: BareAnswer) => ({ headers: { ...headers, ...more }, body });
  return { token: add(answers.token), list: add(answers.list), credentials: add(answers.credentials) };
}

if (import.meta.main) {
  void Bun.stdin.json().then((answers: BareAnswers) => {
    const ports: BarePorts = {
      kept: serveBare(answers),
      closing: serveBare(withHeaders(answers, { Connection: "close" })),
    };
    console.log(JSON.stringify(ports));
  });
}
