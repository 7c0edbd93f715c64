// `iam/` and `identity-credentials/`: the active role and its credentials.
import { credentialsDocument, iamInfoDocument, identityInfoDocument, problemDocument } from "./documents.ts";
import { type Directory, directory, type Leaf, leaf, type Moment } from "./tree.ts";
import type { ImdsCredentials } from "./view.ts";

export type IamOptions = { roleName: string; extended: boolean };

export function iamTree({ roleName, extended }: IamOptions): Directory {
  return directory({
    info: leaf(iamInfoDocument, { modifiedAt: obtainedAt }),
    "security-credentials": directory({ [roleName]: credentials(() => undefined) }),
    ...(extended && {
      "security-credentials-extended": directory({ [roleName]: credentials(({ view }) => view.role?.accountId) }),
    }),
  });
}

/** Its `security-credentials/` would be keys of the instance itself, which nobody but EC2 can make. */
export function identityCredentialsTree(): Directory {
  return directory({ ec2: directory({ info: leaf(identityInfoDocument, { modifiedAt: obtainedAt }) }) });
}

// --- internal ---

// Listed only with credentials: an unlisted role makes SDKs move on at once, the document tells a person why.
function credentials(accountOf: (moment: Moment) => string | undefined): Leaf {
  const render = rememberDocument();
  return leaf(
    (moment) =>
      moment.credentials === undefined
        ? problemDocument(moment.view.problem ?? UNKNOWN_PROBLEM, moment.now)
        : render(moment.credentials, accountOf(moment)),
    { isListed: (moment) => moment.credentials !== undefined, isSecret: true, modifiedAt: obtainedAt },
  );
}

const UNKNOWN_PROBLEM = { code: "Failed", message: "metacred has no valid credentials; try: metacred status" };

// The document is asked for far more often than it changes. Compared by value: a view may be made anew each time.
function rememberDocument(): typeof credentialsDocument {
  let last: { of: ImdsCredentials; accountId: string | undefined; document: string } | undefined;
  return (of, accountId) => {
    if (last === undefined || last.accountId !== accountId || !isSame(last.of, of)) {
      last = { of, accountId, document: credentialsDocument(of, accountId) };
    }
    return last.document;
  };
}

function isSame(a: ImdsCredentials, b: ImdsCredentials): boolean {
  return (
    a.accessKeyId === b.accessKeyId &&
    a.secretAccessKey === b.secretAccessKey &&
    a.sessionToken === b.sessionToken &&
    a.obtainedAt.getTime() === b.obtainedAt.getTime() &&
    Math.floor(a.expiration.getTime() / 1000) === Math.floor(b.expiration.getTime() / 1000)
  );
}

function obtainedAt({ credentials: current, now }: Moment): Date {
  return current?.obtainedAt ?? now;
}
