// Is there a real metadata service, or another emulator, at the address before ours is set up, and who is it?
import { networkInterfaces } from "node:os";
import { EVERY_ADDRESS, describeListener, listenerOf } from "../callers/process.ts";
import type { Context } from "../context.ts";
import { CliError } from "../errors.ts";
import type { EmulatedAddress } from "../redirect/plan.ts";
import type { Clock } from "../sys/clock.ts";
import { EMULATED } from "./redirect.ts";

// A real one answers in a millisecond or two; without a route the refusal is at once.
const LIMIT_MS = 250;
const MOST_BYTES = 4096;

/** Throws where another service stands at one of the addresses: an alias would hide it from this machine. */
export async function refuseForeignService(
  machine: Machine,
  addresses: readonly EmulatedAddress[],
  hint = "metacred serve --no-redirect, or --force to stand in front of it",
): Promise<void> {
  const found = await Promise.all(
    addresses.map(async (address) => ({ address, who: await foreignService(machine, address) })),
  );
  for (const { address, who } of found) {
    if (who === undefined) continue;
    const what = address === EMULATED ? "metadata service" : "service";
    throw new CliError(`another ${what} answers at ${address} already: ${who}`, { hint });
  }
}

/** Who answers at the address, in words; undefined where nobody does but a redirect of metacred's. */
export async function foreignService(
  { clock, platform }: Machine,
  address: EmulatedAddress = EMULATED,
): Promise<string | undefined> {
  const answer = await ask(clock, address);
  if (answer === undefined) return undefined;
  const holder = listenerOf(80, [address]);
  if (holder !== undefined) return describeListener(holder);
  // Through the alias of another user's metacred come either that one's answers or those of a web server on every
  // address. Neither is lost behind our own rule, which is for our own processes.
  // On macOS a redirect is for everybody on the machine, so that there another one is in the way of ours.
  if (platform === "linux" && hasOurAlias(platform)) return undefined;
  const everywhere = isLocal(address) ? listenerOf(80, EVERY_ADDRESS) : undefined;
  return everywhere === undefined ? describeAnswer(answer) : describeListener(everywhere);
}

/**
 * Whether some metacred has its address on the loopback interface. Linux tells it by the alias's label; addresses of
 * macOS have none, so that there the alias of another emulator counts as well.
 */
export function hasOurAlias(platform: NodeJS.Platform, interfaces: Interfaces = networkInterfaces()): boolean {
  if (platform !== "darwin") return interfaces["lo:metacred"] !== undefined;
  return interfaces["lo0"]?.some(({ address }) => address === EMULATED) === true;
}

/** The head of an HTTP answer to the service that sent it. */
export function describeAnswer(answer: string): string {
  const header = (name: string) => new RegExp(`^${name}: *(.*?)\\s*$`, "im").exec(answer)?.[1];
  const server = header("Server");
  if (server?.startsWith("EC2ws") === true) return "the metadata service of an EC2 instance";
  if (header("Metadata-Flavor") === "Google") return "the metadata server of a Google Cloud machine";
  if (server?.startsWith("IMDS/") === true) return "the metadata service of an Azure machine";
  return server === undefined ? "a service that does not say its name" : `a service that calls itself "${server}"`;
}

// --- internal ---

type Machine = Pick<Context, "clock" | "platform">;

type Interfaces = ReturnType<typeof networkInterfaces>;

function isLocal(address: string): boolean {
  return Object.values(networkInterfaces()).some((own) => own?.some((entry) => entry.address === address));
}

// What it answers, "" where it only takes connections, undefined where nobody does.
function ask(clock: Clock, hostname: EmulatedAddress): Promise<string | undefined> {
  const result = Promise.withResolvers<string | undefined>();
  let text: string | undefined;
  const settle = () => result.resolve(text);
  const cancel = clock.after(LIMIT_MS, settle);
  Bun.connect({
    hostname,
    port: 80,
    socket: {
      open(wire) {
        text = "";
        wire.write(`GET /latest/meta-data/ HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`);
        void result.promise.then(() => wire.end());
      },
      data(_, bytes) {
        text = `${text ?? ""}${bytes.toString("latin1")}`;
        if (text.includes("\r\n\r\n") || text.length > MOST_BYTES) settle();
      },
      close: settle,
      connectError: settle,
      error: settle,
    },
  }).catch(settle);
  return result.promise.finally(cancel);
}
