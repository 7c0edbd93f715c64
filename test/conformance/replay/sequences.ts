// What clients send that cannot run here, as read in their sources: their requests in order, and what each must get.

export type Step = {
  method: "GET" | "PUT";
  /** `{role}` stands for the name that the list gave before. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  /** What the client takes the answer for. */
  expect: "token" | "role" | "credentials" | "info" | "region" | "zone";
};

export type Sequence = {
  id: string;
  name: string;
  credentials: readonly Step[];
  region?: readonly Step[];
  /** How it follows a switch by its own rule, where the expiry is told as 16 minutes. */
  follows?: string;
};

const LIST = "/latest/meta-data/iam/security-credentials/";
const EXTENDED = "/latest/meta-data/iam/security-credentials-extended/";
const DOCUMENT = "/latest/dynamic/instance-identity/document";

const token = (headers: Record<string, string> = {}): Step => ({
  method: "PUT",
  path: "/latest/api/token",
  headers: { "X-aws-ec2-metadata-token-ttl-seconds": "21600", ...headers },
  expect: "token",
});
const get = (path: string, expect: Step["expect"]): Step => ({ method: "GET", path, expect });

export const SEQUENCES: readonly Sequence[] = [
  {
    id: "php",
    name: "SDK for PHP",
    credentials: [token(), get(EXTENDED, "role"), get(`${EXTENDED}{role}`, "credentials")],
    follows: "16m 00s",
  },
  {
    id: "ruby",
    name: "SDK for Ruby",
    credentials: [
      token({ "User-Agent": "aws-sdk-ruby3/3.0.0", "Content-Length": "0" }),
      get(LIST, "role"),
      get(`${LIST}{role}`, "credentials"),
    ],
    follows: "11m 00s",
  },
  {
    id: "cpp",
    name: "SDK for C++",
    // The list without its slash; the region from the zone's name.
    credentials: [token(), get(LIST.slice(0, -1), "role"), get(`${LIST}{role}`, "credentials")],
    region: [token(), get("/latest/meta-data/placement/availability-zone", "zone")],
  },
  {
    id: "dotnet",
    name: "SDK for .NET",
    credentials: [
      token(),
      get(LIST.slice(0, -1), "role"),
      token(),
      get("/latest/meta-data/iam/info", "info"),
      get(`${LIST}{role}`, "credentials"),
    ],
    region: [token(), get(DOCUMENT, "region")],
    follows: "2m 00s",
  },
  {
    id: "swift",
    name: "SDK for Swift",
    credentials: [token(), get(EXTENDED, "role"), get(`${EXTENDED}{role}`, "credentials")],
  },
];
