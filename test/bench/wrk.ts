// Load by wrk, and what it says of it.

export type Load = { requests: number; requestsPerSecond: number; p99Ms: number };

export type WrkOptions = { url: string; seconds: number; headers?: Record<string, string>; script?: string };

// With one thread of load on a machine of two cores the server has the other.
const THREADS = 1;
const CONNECTIONS = 16;

export function hasWrk(): boolean {
  return Bun.which("wrk") !== null;
}

export async function runWrk({ url, seconds, headers = {}, script }: WrkOptions): Promise<Load> {
  const argv = ["wrk", `-t${THREADS}`, `-c${CONNECTIONS}`, `-d${seconds}s`, "--latency"];
  for (const [name, value] of Object.entries(headers)) argv.push("-H", `${name}: ${value}`);
  if (script !== undefined) argv.push("-s", script);
  const child = Bun.spawn([...argv, url], { stdio: ["ignore", "pipe", "pipe"] });
  const [said, complaint] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  if ((await child.exited) !== 0) throw new Error(`wrk: ${complaint}`);
  return parseWrk(said);
}

/** Throws where an answer was an error or was missing: such a run measures something else. */
export function parseWrk(text: string): Load {
  const wrong = /Non-2xx or 3xx responses: .*|Socket errors: .*/.exec(text)?.[0];
  if (wrong !== undefined) throw new Error(`wrk: ${wrong}`);
  const [, latency, unit] = /^ +99% +([\d.]+)(us|ms|s)$/m.exec(text) ?? [];
  const requests = Number(/^ +(\d+) requests in /m.exec(text)?.[1]);
  const requestsPerSecond = Number(/^Requests\/sec: +([\d.]+)$/m.exec(text)?.[1]);
  const p99Ms = Number(latency) * (unit === "us" ? 0.001 : unit === "s" ? 1000 : 1);
  if (![requests, requestsPerSecond, p99Ms].every(Number.isFinite)) throw new Error(`wrk said: ${text}`);
  return { requests, requestsPerSecond, p99Ms };
}
