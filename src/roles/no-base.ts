// When nothing says what roles are assumed from. Pure.
import { CliError, EXIT } from "../errors.ts";

export function noBase(profiles: Readonly<Record<string, unknown>>): CliError {
  const exit = EXIT.usage;
  if (Object.keys(profiles).length === 0) {
    return new CliError("there are no base credentials: no AWS profile and no keys in the environment", {
      hint: "aws configure sso, or metacred keys add NAME",
      exit,
    });
  }
  return new CliError("no base is named, no AWS_PROFILE is set, and there is no AWS profile [default]", {
    hint: 'metacred serve --profile PROFILE, or base = "PROFILE" in the config',
    exit,
  });
}
