// What metacred's metadata service is measured against: Bun.serve with the same answers and not one check.
// A process of its own: reads its answers from stdin, prints its port, serves until it is killed.

export type BareAnswer = { headers: Record<string, string>; body: string };
export type BareAnswers = { token: BareAnswer; list: BareAnswer; credentials: BareAnswer };

function serveBare({ token, list, credentials }: BareAnswers): number | undefined {
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
  return server.port;
}

if (import.meta.main) {
  void Bun.stdin.json().then((answers: BareAnswers) => console.log(serveBare(answers)));
}
