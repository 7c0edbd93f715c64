// The machine on which a transcript is typed: its first line may ask for `# sso` or `# protected`.
import { chmodSync } from "node:fs";
import { SSO_CONFIG, ssoWorld } from "./sso-world.ts";
import { CONFIG, PATH, type Result, type World, freePort, testWorld } from "./world.ts";

export type TranscriptWorld = AsyncDisposable & { world: World; run(command: string): Promise<Result> };

const PROTECTED = `[roles.prod]
role_arn = "arn:aws:iam::222233334444:role/ReadOnly"
protected = true
revert_after = "20m"
`;

export async function openTranscriptWorld(text: string): Promise<TranscriptWorld> {
  const port = freePort();
  const rest = `[imds]\nport = ${port}\nhttp_tokens = "optional"\n`;
  const hasSso = text.startsWith("# sso");
  const secrets = '[secrets]\nstore = "file"\n';
  const world = hasSso
    ? await ssoWorld({ config: `${SSO_CONFIG}${rest}` })
    : await testWorld({ config: `${CONFIG}${text.startsWith("# protected") ? PROTECTED : ""}${secrets}${rest}` });
  chmodSync(world.file("bin/metacred", `#!/bin/sh\nexec '${world.binary}' "$@"\n`), 0o755);
  const browser = world.file("bin/a-browser", `#!/bin/sh\nexec curl -s${hasSso ? "L" : ""} -o /dev/null "$1"\n`);
  chmodSync(browser, 0o755);
  const env = { PATH: `${world.folder}/bin:${PATH}`, BROWSER: browser, ENDPOINT: `http://127.0.0.1:${port}` };
  return {
    world,
    run: (command) => world.run(["bash", "-c", command], { env }),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}
