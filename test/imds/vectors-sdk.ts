// The request sequences of AWS's own cross-SDK suite for the extended tree, replayed with its role names.
import { expect } from "bun:test";
import type { Session, Start, Vector } from "./vectors.ts";
import { VIEW } from "./world.ts";

const IAM = "/latest/meta-data/iam";
const LEGACY = `${IAM}/security-credentials/`;
const EXTENDED = `${IAM}/security-credentials-extended/`;
const WITH_ACCOUNT = { ...VIEW, role: { ...VIEW.role, accountId: "123456789101" } };

const serve = (start: Start, number: string, more: Parameters<Start>[0] = {}): Session =>
  start({ view: WITH_ACCOUNT, roleName: `my-profile-${number}`, ...more });

/** The account of a credentials document, `undefined` where it has none, else the status. */
async function accountAt({ get }: Session, path: string): Promise<unknown> {
  const { status, body } = await get(path);
  if (status !== 200) return status;
  const { Code, AccountId } = JSON.parse(body) as Record<string, string>;
  expect(Code).toBe("Success");
  return AccountId;
}

export const SDK_VECTORS: readonly Vector[] = [
  [
    "E1",
    "list, then the extended credentials, again and again",
    async (start) => {
      const session = serve(start, "0001");
      expect((await session.get(EXTENDED)).body).toBe("my-profile-0001");
      for (const _ of [1, 2, 3]) expect(await accountAt(session, `${EXTENDED}my-profile-0001`)).toBe("123456789101");
    },
  ],
  [
    "E2",
    "a configured name, without a list",
    async (start) => expect(await accountAt(serve(start, "0002"), `${EXTENDED}my-profile-0002`)).toBe("123456789101"),
  ],
  [
    "E3",
    "a name that changes: 404, a new list, the new name",
    async (start) => {
      expect((await serve(start, "0003").get(EXTENDED)).body).toBe("my-profile-0003");
      const later = serve(start, "0003-b");
      expect(await accountAt(later, `${EXTENDED}my-profile-0003`)).toBe(404);
      expect((await later.get(EXTENDED)).body).toBe("my-profile-0003-b");
      expect(await accountAt(later, `${EXTENDED}my-profile-0003-b`)).toBe("123456789101");
    },
  ],
  [
    "E4",
    "a configured name that is wrong: 404 in both trees",
    async (start) => {
      const session = serve(start, "0004");
      for (const tree of [EXTENDED, LEGACY]) expect(await accountAt(session, `${tree}my-profile-0004-x`)).toBe(404);
    },
  ],
  [
    "E5",
    "no account known: extended credentials without it",
    async (start) => {
      const view = { ...VIEW, role: { ...VIEW.role, accountId: undefined } };
      expect(await accountAt(serve(start, "0005", { view }), `${EXTENDED}my-profile-0005`)).toBeUndefined();
    },
  ],
  [
    "E6",
    "no extended tree: the legacy one, at the second refresh at once",
    async (start) => {
      const session = serve(start, "0006", { extended: false });
      expect((await session.get(EXTENDED)).status).toBe(404);
      for (const _ of [1, 2]) {
        expect((await session.get(LEGACY)).body).toBe("my-profile-0006");
        expect(await accountAt(session, `${LEGACY}my-profile-0006`)).toBeUndefined();
      }
    },
  ],
  [
    "E7",
    "a configured name without the extended tree",
    async (start) => {
      const session = serve(start, "0007", { extended: false });
      expect(await accountAt(session, `${EXTENDED}my-profile-0007`)).toBe(404);
      expect(await accountAt(session, `${LEGACY}my-profile-0007`)).toBeUndefined();
    },
  ],
  [
    "E8",
    "the legacy name that changes",
    async (start) => {
      expect((await serve(start, "0011", { extended: false }).get(LEGACY)).body).toBe("my-profile-0011");
      const later = serve(start, "0011-b", { extended: false });
      expect(await accountAt(later, `${LEGACY}my-profile-0011`)).toBe(404);
      expect((await later.get(LEGACY)).body).toBe("my-profile-0011-b");
      expect(await accountAt(later, `${LEGACY}my-profile-0011-b`)).toBeUndefined();
    },
  ],
  [
    "E9",
    "nothing nested in a document, which old clients do not tolerate",
    async (start) => {
      const session = serve(start, "0012");
      for (const tree of [EXTENDED, LEGACY]) {
        const document = JSON.parse((await session.get(`${tree}my-profile-0012`)).body) as Record<string, unknown>;
        expect(Object.values(document).filter((value) => typeof value !== "string")).toEqual([]);
      }
    },
  ],
];
