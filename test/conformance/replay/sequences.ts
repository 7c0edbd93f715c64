// What clients send that cannot run here, as read in their sources: their requests in order, and what each must get.

export type Step = {
  method: "GET" | "PUT";
  /** `{role}` stands for the name that the list gave before. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  /** What the client takes the answer for. */
  expect: "token" | "role" | "credentials" | "info" | "region" | "zone" | "word" | "crawl";
};

export type Sequence = {
  id: string;
  name: string;
  /** Each of its known ways: of releases that differ, or of providers of one release. */
  credentials: readonly (readonly Step[])[];
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

const EXTENDED_FIRST: readonly Step[] = [token(), get(EXTENDED, "role"), get(`${EXTENDED}{role}`, "credentials")];

export const SEQUENCES: readonly Sequence[] = [
  {
    id: "php",
    name: "SDK for PHP",
    credentials: [EXTENDED_FIRST],
    follows: "16m 00s",
  },
  {
    id: "ruby",
    name: "SDK for Ruby",
    credentials: [
      [
        token({ "User-Agent": "aws-sdk-ruby3/3.0.0", "Content-Length": "0" }),
        get(LIST, "role"),
        get(`${LIST}{role}`, "credentials"),
      ],
      EXTENDED_FIRST,
    ],
    follows: "11m 00s",
  },
  {
    id: "cpp",
    name: "SDK for C++",
    // The list without its slash; the region from the zone's name.
    credentials: [[token(), get(LIST.slice(0, -1), "role"), get(`${LIST}{role}`, "credentials")]],
    region: [token(), get("/latest/meta-data/placement/availability-zone", "zone")],
  },
  {
    id: "dotnet",
    name: "SDK for .NET",
    credentials: [
      // InstanceProfileAWSCredentials, then the default chain, which takes the role of each line.
      [
        token(),
        get(LIST.slice(0, -1), "role"),
        token(),
        get("/latest/meta-data/iam/info", "info"),
        get(`${LIST}{role}`, "credentials"),
      ],
      [token(), get(LIST.slice(0, -1), "role"), token(), get(`${LIST}{role}`, "credentials")],
    ],
    region: [token(), get(DOCUMENT, "region")],
    follows: "2m 00s",
  },
  {
    id: "swift",
    name: "SDK for Swift",
    credentials: [EXTENDED_FIRST],
  },
  {
    id: "cloud-init",
    name: "cloud-init",
    // It looks for the newest version that it knows, then reads all there is.
    credentials: [
      [
        token(),
        get("/2021-03-23/meta-data/instance-id", "word"),
        get("/2021-03-23/meta-data", "crawl"),
        get("/2021-03-23/dynamic", "crawl"),
      ],
    ],
    region: [token(), get("/2021-03-23/dynamic/instance-identity/document", "region")],
  },
];
