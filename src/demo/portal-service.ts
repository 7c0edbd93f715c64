// The SSO portal: with an access token, which accounts and roles there are, and credentials for them.
import { type JsonResult, jsonAnswer, refuseJson } from "./rest-json.ts";
import type { MockRequest, MockService } from "./service.ts";
import { ACCOUNT_SCOPE, type SsoAccount, type SsoWorld, laterBy } from "./sso-world.ts";
import { type World, assumedRole, giveKey } from "./world.ts";

const ACTIONS: Readonly<Record<string, string>> = {
  "GET /assignment/accounts": "ListAccounts",
  "GET /assignment/roles": "ListAccountRoles",
  "GET /federation/credentials": "GetRoleCredentials",
  "POST /logout": "Logout",
};
const PATHS = new Set(Object.keys(ACTIONS).map((line) => line.split(" ")[1]));
// Fewer than the real portal gives, so that even a small world has pages.
const PAGE_SIZE = 2;
const ROLE_SECONDS = 3600;

export function portalService(sso: SsoWorld, world: World): MockService {
  return {
    serves: (path) => PATHS.has(path),
    read: (request) => ({
      action: ACTIONS[`${request.method} ${request.path}`] ?? "",
      parameters: Object.fromEntries(new URLSearchParams(request.query)),
    }),
    answer: (request, call, now) => jsonAnswer(act(call.action, call.parameters, request, { sso, world, now })),
    refuse: refuseJson,
  };
}

type Scene = { sso: SsoWorld; world: World; now: Date };
type Parameters = Readonly<Record<string, string>>;

function act(action: string, parameters: Parameters, request: MockRequest, scene: Scene): JsonResult {
  const bearer = request.headers.get("x-amz-sso_bearer_token") ?? "";
  const token = scene.sso.accessTokens.get(bearer);
  if (token === undefined || token.expiresAt <= scene.now) {
    return { fault: { status: 401, code: "UnauthorizedException", message: "Session token not found or invalid" } };
  }
  // A token for another purpose, such as an editor's, is a token all the same.
  if (!token.scopes.includes(ACCOUNT_SCOPE)) return forbidden();
  switch (action) {
    case "ListAccounts":
      return paged("accountList", scene.sso.accounts.map(accountEntry), parameters);
    case "ListAccountRoles":
      return listRoles(parameters, scene);
    case "GetRoleCredentials":
      return roleCredentials(parameters, scene);
    case "Logout":
      scene.sso.accessTokens.delete(bearer);
      for (const [name, grant] of scene.sso.refreshTokens) {
        if (grant.clientId === token.clientId) scene.sso.refreshTokens.delete(name);
      }
      return { result: {} };
    default:
      return { fault: { status: 400, code: "InvalidRequestException", message: "Unknown operation" } };
  }
}

function accountEntry({ accountId, accountName }: SsoAccount) {
  return { accountId, accountName, emailAddress: `${accountName}@example.com` };
}

function listRoles(parameters: Parameters, { sso }: Scene): JsonResult {
  const account = sso.accounts.find(({ accountId }) => accountId === parameters["account_id"]);
  if (account === undefined) return forbidden();
  const roles = account.roles.map((roleName) => ({ roleName, accountId: account.accountId }));
  return paged("roleList", roles, parameters);
}

function roleCredentials(parameters: Parameters, { sso, world, now }: Scene): JsonResult {
  const { account_id: accountId = "", role_name: name = "" } = parameters;
  const account = sso.accounts.find((candidate) => candidate.accountId === accountId);
  if (account?.roles.includes(name) !== true) return forbidden();
  const iamName = `AWSReservedSSO_${name}_0123456789abcdef`;
  const roleArn = `arn:aws:iam::${accountId}:role/aws-reserved/sso.amazonaws.com/${iamName}`;
  const principal = assumedRole(roleArn, { partition: "aws", accountId, name: iamName }, sso.user);
  const expiresAt = laterBy(now, ROLE_SECONDS);
  const key = giveKey(world, principal, expiresAt);
  return {
    result: {
      roleCredentials: {
        accessKeyId: key.accessKeyId,
        secretAccessKey: key.secretAccessKey,
        sessionToken: key.session?.token,
        expiration: expiresAt.getTime(),
      },
    },
  };
}

function paged(name: string, all: readonly unknown[], parameters: Parameters): JsonResult {
  const from = Number(parameters["next_token"] ?? "0");
  const to = from + PAGE_SIZE;
  return { result: { [name]: all.slice(from, to), ...(to < all.length ? { nextToken: String(to) } : {}) } };
}

function forbidden(): JsonResult {
  return { fault: { status: 403, code: "ForbiddenException", message: "No access" } };
}
