import { defineCommand } from "citty";
import { printCredentialProcess } from "../quick/credential-process.ts";

export const examples = [
  "metacred credential-process --role dev",
  "aws configure set profile.old-tool.credential_process 'metacred credential-process --role dev'",
];

export default defineCommand({
  meta: { description: "Print credentials as credential_process wants them; needs no daemon, never asks" },
  args: { role: { type: "string", valueHint: "ROLE", description: "default: the role that is served" } },
  run: ({ args, data }) => printCredentialProcess(data, { role: args.role }),
});
