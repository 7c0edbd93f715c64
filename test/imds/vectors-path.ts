import { expect } from "bun:test";
import { createHash } from "node:crypto";
import { NOT_FOUND_SHA256, type Vector } from "./vectors.ts";
import { INSTANCE, NOW, TOKEN } from "./world.ts";

const META_DATA = "/latest/meta-data";
const WITH_MORE = {
  ...INSTANCE,
  publicIp: "203.0.113.7",
  publicHostname: "ec2-203-0-113-7.compute-1.amazonaws.com",
  publicKeys: { "my-key": "ssh-ed25519 AAAA me", other: "ssh-ed25519 BBBB you" },
  productCodes: ["1abc2defghijklm3nopqrs4tu"],
  tags: { Name: "web", "team:cost": "a b/ü" },
  userData: new Uint8Array([0x1f, 0x8b, 0, 0xff, 0x0a]),
  more: { "placement/group-name": "cluster" },
  scenario: {
    since: new Date(NOW),
    spot: { action: "terminate", afterMs: 0, time: undefined },
    rebalance: { afterMs: 0, time: undefined },
    autoscaling: { state: "Terminated", afterMs: 0 },
  },
};

export const PATH_VECTORS: readonly Vector[] = [
  [
    "L1",
    "the root lists versions",
    async (start) => {
      const { header, body } = await start().get("/");
      const lines = body.split("\n");
      expect([header("content-length"), lines.length, lines[0], lines.at(-1)]).toEqual(["274", 26, "1.0", "latest"]);
    },
  ],
  [
    "L2",
    "a version with and without slash",
    async (start) => {
      for (const path of ["/latest", "/latest/", "/2021-03-23"]) {
        expect((await start().get(path)).body).toBe("dynamic\nmeta-data");
        expect((await start({ instance: WITH_MORE }).get(path)).body).toBe("dynamic\nmeta-data\nuser-data");
      }
    },
  ],
  [
    "L3",
    "meta-data with and without slash",
    async (start) => {
      const { get } = start();
      const { body } = await get(META_DATA);
      expect(body).toBe((await get(`${META_DATA}/`)).body);
      expect(body).toMatch(/^ami-id\nami-launch-index\n.*\nservices\/$/s);
      expect(body.split("\n")).toContain("placement/");
    },
  ],
  [
    "L4",
    "iam/",
    async (start) =>
      expect((await start().get(`${META_DATA}/iam/`)).body).toBe(
        "info\nsecurity-credentials/\nsecurity-credentials-extended/",
      ),
  ],
  [
    "L5",
    "the role with and without slash",
    async (start) => {
      const { get } = start();
      for (const slash of ["", "/"]) {
        const { status, body } = await get(`${META_DATA}/iam/security-credentials${slash}`);
        expect([status, body]).toEqual([200, "metacred"]);
      }
    },
  ],
  [
    "L6",
    "placement/availability-zone/",
    async (start) => expect((await start().get(`${META_DATA}/placement/availability-zone/`)).body).toBe("us-west-2a"),
  ],
  ["L7", "//latest/…", async (start) => expect((await start().get(`/${META_DATA}/instance-id`)).status).toBe(200)],
  [
    "L8",
    "slashes anywhere",
    async (start) => expect((await start().get("/latest//meta-data///instance-id")).status).toBe(200),
  ],
  [
    "L9",
    "a leaf with a slash",
    async (start) => expect((await start().get(`${META_DATA}/instance-id/`)).body).toBe("i-1234567890abcdef0"),
  ],
  [
    "L10",
    "user-data with and without slash",
    async (start) => {
      const { get } = start();
      expect([(await get("/latest/user-data")).status, (await get("/latest/user-data/")).status]).toEqual([404, 404]);
      const { get: getMore } = start({ instance: WITH_MORE });
      for (const path of ["/latest/user-data", "/latest/user-data/"]) {
        const { status, body, header } = await getMore(path);
        expect([status, body, header("content-type")]).toEqual([200, "\x1f\x8b\x00\xff\n", "application/octet-stream"]);
      }
    },
  ],
  [
    "L11",
    "what there is not",
    async (start) => {
      const { get } = start();
      for (const path of [`${META_DATA}/nothing`, "/2030-01-01/", `${META_DATA}/instance-id/x`, "/latest/api", "/x"]) {
        const { status, header, body } = await get(path);
        expect([path, status, header("content-type"), header("content-length")]).toEqual([
          path,
          404,
          "text/html",
          "339",
        ]);
        expect(createHash("sha256").update(body).digest("hex")).toBe(NOT_FOUND_SHA256);
      }
    },
  ],
  [
    "L12",
    "dot segments",
    async (start) => {
      const { get } = start();
      expect((await get(`${META_DATA}/../user-data`)).status).toBe(404);
      expect((await get(`${META_DATA}/../../../../latest/./meta-data/instance-id`)).body).toBe("i-1234567890abcdef0");
    },
  ],
  ["L13", "a query", async (start) => expect((await start().get(`${META_DATA}/instance-id?x=1/..`)).status).toBe(200)],
  [
    "L14",
    "escapes",
    async (start) => {
      const { get } = start();
      const paths = [
        "%2e%2e/latest/meta-data",
        "meta-data%2Finstance-id",
        "meta-data/instance-id%00",
        "%zz",
        "%",
        "%ff",
      ];
      for (const path of paths) expect([path, (await get(`/latest/${path}`)).status]).toEqual([path, 404]);
      expect((await get(`${META_DATA}/instance%2Did`)).status).toBe(200);
    },
  ],
  [
    "L15",
    "a MAC address in the path",
    async (start) => {
      const { get } = start();
      const macs = `${META_DATA}/network/interfaces/macs`;
      expect((await get(`${macs}/`)).body).toBe("02:49:61:0f:c3:11/");
      expect((await get(`${macs}/02:49:61:0f:c3:11/mac`)).body).toBe("02:49:61:0f:c3:11");
      expect((await get(`${macs}/02%3A49:61:0f:c3:11/device-number`)).body).toBe("0");
    },
  ],
  [
    "L16",
    "an absolute target",
    async (start) => {
      const { get } = start();
      const { status, body } = await get(`http://169.254.169.254${META_DATA}/`);
      expect([status, body]).toEqual([200, (await get(`${META_DATA}/`)).body]);
    },
  ],
  [
    "L17",
    "HTTP/1.0 without Host",
    async (start) => {
      const { ask, token } = start();
      const headers = [[TOKEN, await token()]] as const;
      const old = { version: "1.0", host: false } as const;
      const bare = await ask(`GET ${META_DATA}/instance-id`, headers, old);
      const absolute = await ask(`GET http://169.254.169.254${META_DATA}/instance-id`, headers, old);
      const withHost = await ask(`GET ${META_DATA}/instance-id`, headers, { version: "1.0" });
      expect([bare.status, absolute.status, withHost.status]).toEqual([400, 200, 200]);
    },
  ],
  [
    "L18",
    "tags, on and off",
    async (start) => {
      const { get } = start();
      for (const path of ["tags", "tags/instance", "tags/instance/a%20b"]) {
        expect((await get(`${META_DATA}/${path}`)).status).toBe(404);
      }
      expect((await get(META_DATA)).body).not.toContain("tags");
      const { get: getMore } = start({ instance: WITH_MORE });
      expect((await getMore(META_DATA)).body).toContain("\ntags/");
      expect((await getMore(`${META_DATA}/tags/`)).body).toBe("instance/");
      expect((await getMore(`${META_DATA}/tags/instance`)).body).toBe("Name\nteam:cost");
      expect((await getMore(`${META_DATA}/tags/instance/team:cost`)).body).toBe(
        Buffer.from("a b/ü").toString("latin1"),
      );
      expect((await getMore(`${META_DATA}/tags/instance/a%20b`)).status).toBe(404);
    },
  ],
  [
    "L19",
    "never a redirect; what is listed is there",
    async (start) => {
      const { get } = start({ instance: WITH_MORE });
      const visited: string[] = [];
      const crawl = async (path: string): Promise<void> => {
        const { status, body } = await get(path);
        visited.push(path);
        expect([path, status]).toEqual([path, 200]);
        if (!path.endsWith("/")) return;
        for (const name of body.split("\n")) await crawl(path + name.replace(/=.*$/, "/"));
      };
      await crawl(`${META_DATA}/`);
      await crawl("/latest/dynamic/");
      expect(visited).toContain(`${META_DATA}/iam/security-credentials-extended/metacred`);
      expect(visited).toContain("/latest/dynamic/instance-identity/document");
      for (const path of visited) expect((await get(path.replace(/\/$/, ""))).status).toBe(200);
    },
  ],
];
