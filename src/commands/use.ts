import { defineCommand } from "citty";
import { switchRole } from "../quick/use.ts";

export const examples = ["metacred use prod-readonly", "metacred use -       # the role before", "metacred use none"];

export default defineCommand({
  meta: { description: "Switch the role that is served" },
  args: {
    role: {
      type: "positional",
      required: true,
      valueHint: "ROLE",
      description: "a role of the config, an AWS profile, ACCOUNT/ROLE, a role ARN, - or none",
    },
    "mfa-code": {
      type: "string",
      valueHint: "CODE",
      description: "what the role's MFA device shows; else it is asked",
    },
  },
  run: ({ args, data }) => switchRole(data, args.role, args["mfa-code"]),
});
