// Credentials of a role that IAM Identity Center hands out, by our own token.
import type { Session } from "../aws/credentials.ts";
import { type SsoPortal, isForbidden } from "../aws/sso-portal.ts";
import { CliError, EXIT } from "../errors.ts";
import type { SsoBase } from "../roles/role-spec.ts";
import { withToken } from "../sso/role-lists.ts";
import type { TokenKeeper } from "../sso/token-keeper.ts";

export type SsoSourceDeps = {
  portal: Pick<SsoPortal, "credentials">;
  keeper: Pick<TokenKeeper, "access" | "replace">;
};

export async function fromSso(base: SsoBase, { portal, keeper }: SsoSourceDeps): Promise<Session> {
  const { session, word, accountId, roleName } = base;
  if (accountId === undefined || roleName === undefined) {
    throw new CliError(`the SSO session "${word}" alone is no role: its profile names no account and role`, {
      hint: "metacred roles lists ACCOUNT/ROLE; or add sso_account_id and sso_role_name to the profile",
      exit: EXIT.usage,
    });
  }
  return withToken({ keeper, session, word }, `get ${accountId}/${roleName} from the SSO portal`, async (token) => {
    try {
      return await portal.credentials(session.region, token, { accountId, roleName });
    } catch (error) {
      if (!isForbidden(error)) throw error;
      throw new CliError(`AWS refused: the SSO session "${word}" does not offer ${accountId}/${roleName}`, {
        hint: "metacred roles --refresh",
        exit: EXIT.awsRefused,
        cause: error,
      });
    }
  });
}
