// The SSO portal: what a token opens.
import {
  GetRoleCredentialsCommand,
  LogoutCommand,
  SSOClient,
  paginateListAccountRoles,
  paginateListAccounts,
} from "@aws-sdk/client-sso";
import type { HttpHandler } from "@smithy/core/protocols";
import type { Clock } from "../sys/clock.ts";
import { type Session, credentials } from "./credentials.ts";
import { awsErrorCode } from "./explain.ts";

export type SsoAccount = { accountId: string; accountName: string };

export type SsoPortal = {
  accounts(region: string, accessToken: string): Promise<SsoAccount[]>;
  /** Names of the roles in one account; none where the account is not this person's. */
  roles(region: string, accessToken: string, accountId: string): Promise<string[]>;
  credentials(region: string, accessToken: string, role: SsoRole): Promise<Session>;
  logout(region: string, accessToken: string): Promise<void>;
};

export type SsoRole = { accountId: string; roleName: string };

// The portal answers 429 early: the SDK's adaptive mode then slows down by itself, as well as trying again.
const PATIENCE = { maxAttempts: 6, retryMode: "adaptive" };

export function createSsoPortal(requestHandler: HttpHandler<object>, clock: Pick<Clock, "now">): SsoPortal {
  const clientOf = (region: string) => new SSOClient({ region, requestHandler, ...PATIENCE });
  return {
    async accounts(region, accessToken) {
      const found: SsoAccount[] = [];
      const pages = paginateListAccounts({ client: clientOf(region), pageSize: 100 }, { accessToken });
      for await (const page of ending(pages)) {
        for (const { accountId, accountName } of page.accountList ?? []) {
          if (accountId !== undefined) found.push({ accountId, accountName: accountName ?? accountId });
        }
      }
      return found;
    },
    async roles(region, accessToken, accountId) {
      const found: string[] = [];
      try {
        const pages = paginateListAccountRoles({ client: clientOf(region), pageSize: 100 }, { accessToken, accountId });
        for await (const page of ending(pages))
          for (const { roleName } of page.roleList ?? []) found.push(roleName ?? "");
      } catch (error) {
        if (isForbidden(error)) return [];
        throw error;
      }
      return found.filter((name) => ROLE_NAME.test(name));
    },
    async credentials(region, accessToken, { accountId, roleName }) {
      const command = new GetRoleCredentialsCommand({ accessToken, accountId, roleName });
      const { roleCredentials: keys } = await clientOf(region).send(command);
      if (!keys?.accessKeyId || !keys.secretAccessKey || !keys.sessionToken || !keys.expiration) {
        throw new Error("the SSO portal answered without complete credentials");
      }
      const { accessKeyId, secretAccessKey, sessionToken } = keys;
      return {
        credentials: credentials({ accessKeyId, secretAccessKey, sessionToken }),
        obtainedAt: clock.now(),
        expiration: new Date(keys.expiration),
        arn: undefined,
        accountId,
      };
    },
    async logout(region, accessToken) {
      await clientOf(region).send(new LogoutCommand({ accessToken }));
    },
  };
}

// Of 100 each: far more than AWS lets one organisation have. A portal whose next page is always there would fill memory.
const MOST_PAGES = 1000;

async function* ending<T>(pages: AsyncIterable<T>): AsyncGenerator<T> {
  let count = 0;
  for await (const page of pages) {
    if (++count > MOST_PAGES) throw new Error(`the SSO portal's list does not end after ${MOST_PAGES} pages`);
    yield page;
  }
}

// IAM Identity Center's own rule for names, which are printed, completed and typed.
const ROLE_NAME = /^[\w+=,.@-]{1,64}$/;

/** The token is expired, revoked or not the portal's. */
export function isUnauthorized(error: unknown): boolean {
  return awsErrorCode(error) === "UnauthorizedException";
}

export function isForbidden(error: unknown): boolean {
  const code = awsErrorCode(error);
  return code === "ForbiddenException" || code === "ResourceNotFoundException";
}
