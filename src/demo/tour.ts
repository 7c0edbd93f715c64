// `metacred demo`: the newcomer's first minute. Every line that looks like a command is one, run for real.
import { constants } from "node:os";
import type { Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import type { Environment } from "../paths.ts";
import { print } from "../print.ts";
import { heededSignals } from "../sys/heeded-signals.ts";
import { ownCommand } from "../sys/own-command.ts";
import { type Playground, createPlayground } from "./playground.ts";

type Shell = (words: readonly string[], env: Environment) => Promise<string>;

const say = (text: string) => print(`${text}\n`);

/** Ends in order when it is told to, in the middle as well: no daemon of its own may outlive it. */
export async function runDemo(context: Context, { keep }: { keep: boolean }): Promise<number> {
  const interruption = watchSignals();
  await using playground = createPlayground(context.env);
  const metacred = (...words: string[]) => run([...ownCommand(), ...words], playground.env);
  const endpoint = `http://127.0.0.1:${await freePort()}/`;
  try {
    await tour({ context, playground, endpoint, metacred, isOver: () => interruption.code() !== undefined });
    if (keep && interruption.code() === undefined) await stay(playground, interruption.came);
  } catch (error) {
    // Ctrl-C reaches the step that runs, too, which then fails.
    if (interruption.code() === undefined) throw error;
  } finally {
    await metacred("stop").catch(() => undefined);
  }
  const code = interruption.code();
  if (code !== undefined && !keep) return code;
  await say("\nThat was it: mock, emulator and files are gone. With your own AWS profiles: metacred init");
  return EXIT.ok;
}

type Interruption = { came: Promise<unknown>; code(): number | undefined };

function watchSignals(): Interruption {
  let code: number | undefined;
  const came = new Promise((resolve) => {
    for (const signal of heededSignals(["SIGHUP", "SIGINT", "SIGTERM"])) {
      // Each time it comes: a second one must not cut short what the first began.
      process.on(signal, () => {
        code ??= 128 + constants.signals[signal];
        resolve(undefined);
      });
    }
  });
  return { came, code: () => code };
}

type Tour = {
  context: Context;
  playground: Playground;
  endpoint: string;
  metacred(...words: string[]): Promise<string>;
  isOver(): boolean;
};

async function tour({ context, playground, endpoint, metacred, isOver }: Tour): Promise<void> {
  const client = await chooseClient(context, playground, endpoint);
  const serve = ["serve", "--role", "dev", "--no-redirect", "--background", "--port", new URL(endpoint).port];
  const steps = [
    () => say("A mock AWS runs on this machine for the length of this demo: two accounts, a user, two roles.\n"),
    () => say("$ metacred serve --role dev --no-redirect --background"),
    async () => say(indent(await metacred(...serve))),
    () => say(`\nA client that knows nothing but that address (${client.name}) asks who it is:\n`),
    () => client.show(),
    () => say("\nSwitch the role. Nothing is restarted:\n"),
    () => say("$ metacred use prod-readonly"),
    async () => say(indent(await metacred("use", "prod-readonly"))),
    () => say("\nThe same client, asked again:\n"),
    () => client.show(),
    () => say("\n$ metacred status"),
    async () => say(indent(await metacred("status"))),
  ];
  for (const step of steps) if (!isOver()) await step();
}

type Client = { name: string; show(): Promise<void> };

async function chooseClient(context: Context, playground: Playground, endpoint: string): Promise<Client> {
  const env = playground.clientEnv(endpoint);
  const aws = Bun.which("aws", { PATH: context.env["PATH"] ?? "" });
  const version = aws === null ? undefined : await run([aws, "--version"], env).catch(() => undefined);
  if (aws === null || version === undefined) {
    return { name: "the AWS SDK for JavaScript", show: () => showSdk(playground, endpoint) };
  }
  return {
    name: version.split(" ")[0] ?? "the AWS CLI",
    async show() {
      // Only newer releases know AWS_ENDPOINT_URL_STS, so the mock is named on the command line.
      const words = ["sts", "get-caller-identity", "--endpoint-url", playground.aws.url];
      await say(`$ aws ${words.join(" ")}`);
      await say(indent(await run([aws, ...words], env)));
    },
  };
}

async function showSdk(playground: Playground, endpoint: string): Promise<void> {
  const { fromInstanceMetadata } = await import("@smithy/credential-provider-imds");
  const { STSClient, GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
  process.env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = endpoint;
  const { url, region } = { url: playground.aws.url, region: playground.region };
  const sts = new STSClient({ region, endpoint: url, credentials: fromInstanceMetadata() });
  await say("> new STSClient({ credentials: fromInstanceMetadata() }).send(new GetCallerIdentityCommand())");
  const { Account, Arn, UserId } = await sts.send(new GetCallerIdentityCommand({}));
  await say(indent(JSON.stringify({ UserId, Account, Arn }, undefined, 4)));
}

async function stay({ guest }: Playground, told: Promise<unknown>): Promise<void> {
  await say(`
Still running, as an AWS to play with. In another terminal:

  . ${guest.file}
  metacred init
  metacred serve -d
  metacred use

The first line names an AWS config with two roles, and folders that end with the demo: nothing of yours is touched.
serve asks for root once, for the redirect; metacred serve -d --no-redirect does without. Ctrl-C here ends it all.`);
  await told;
  // Where nobody has started one there is nothing to stop.
  await run([...ownCommand(), "stop"], guest.env).catch(() => undefined);
}

const run: Shell = async (words, env) => {
  const child = Bun.spawn([...words], { env: { ...env }, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code === 0) return `${out}${err}`.trimEnd();
  throw new CliError(`a step of the demo failed: ${(err || out).trim()}`, {
    hint: "metacred demo, with METACRED_DEBUG=1",
  });
};

async function freePort(): Promise<number> {
  const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = probe;
  probe.stop(true);
  return port;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}
