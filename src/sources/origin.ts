// Where base credentials come from, and what a person does for new ones, in the words of an error.
import type { Origin } from "../aws/explain-keys.ts";
import { type BaseSpec, isAwsLogin } from "../roles/role-spec.ts";

export function originOf(base: BaseSpec): Origin {
  switch (base.kind) {
    case "profile":
      return {
        from: `the AWS profile "${base.profile}"`,
        renew: isAwsLogin(base)
          ? `aws login --profile ${base.profile}`
          : `aws configure --profile ${base.profile}, or whatever else writes it`,
      };
    case "sso":
      return { from: `the SSO role ${base.accountId}/${base.roleName}`, renew: `metacred login ${base.word}` };
    case "keychain":
      return { from: `the keys "${base.item}" in the keychain`, renew: `metacred keys add ${base.item}` };
    case "environment":
      return {
        from: "the environment",
        renew: "export new AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, then start metacred again",
      };
    case "container":
      return {
        from: `the container of the AWS profile "${base.profile}"`,
        renew: "check AWS_CONTAINER_CREDENTIALS_FULL_URI, then start metacred again",
      };
    case "broker":
      return { from: `the broker "${base.source}"`, renew: "ask who runs it" };
  }
}
