import { expect } from "bun:test";
import type { Vector } from "./vectors.ts";
import { NOW, VIEW } from "./world.ts";

const IAM = "/latest/meta-data/iam";
const LEGACY = `${IAM}/security-credentials`;
const EXTENDED = `${IAM}/security-credentials-extended`;
const { credentials: _none, ...LOGGED_OUT } = VIEW;

const DOCUMENT = `{
  "Code" : "Success",
  "LastUpdated" : "2026-03-01T11:59:58Z",
  "Type" : "AWS-HMAC",
  "AccessKeyId" : "ASIARTEST",
  "SecretAccessKey" : "testsecret",
  "Token" : "testtoken",
  "Expiration" : "2026-03-01T12:16:00Z"
}`;

export const CREDENTIALS_VECTORS: readonly Vector[] = [
  [
    "C1",
    "the document, byte for byte",
    async (start) => {
      const { status, header, body } = await start().get(`${LEGACY}/metacred`);
      expect({
        status,
        type: header("content-type"),
        ranges: header("accept-ranges"),
        modified: header("last-modified"),
      }).toEqual({ status: 200, type: "text/plain", ranges: "none", modified: "Sun, 01 Mar 2026 11:59:58 GMT" });
      expect(body).toBe(DOCUMENT);
    },
  ],
  [
    "C2",
    "its times",
    async (start) => {
      const { Expiration, LastUpdated } = JSON.parse((await start().get(`${LEGACY}/metacred`)).body);
      for (const time of [Expiration, LastUpdated]) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(Date.parse(Expiration) - Date.parse(NOW)).toBeGreaterThanOrEqual(600_000);
    },
  ],
  [
    "C3",
    "AccountId in the extended tree alone",
    async (start) => {
      const { get } = start();
      expect((await get(`${LEGACY}/metacred`)).body).not.toContain("AccountId");
      expect((await get(`${EXTENDED}/metacred`)).body).toBe(
        DOCUMENT.replace(/\n}$/, ',\n  "AccountId" : "012345678901"\n}'),
      );
    },
  ],
  [
    "C4",
    "the extended tree turned off",
    async (start) => {
      const { get } = start({ extended: false });
      for (const path of [EXTENDED, `${EXTENDED}/`, `${EXTENDED}/metacred`]) expect((await get(path)).status).toBe(404);
      expect((await get(`${IAM}/`)).body).toBe("info\nsecurity-credentials/");
    },
  ],
  [
    "C5",
    "both trees list the same",
    async (start) => {
      const { get } = start();
      expect((await get(`${EXTENDED}/`)).body).toBe((await get(`${LEGACY}/`)).body);
    },
  ],
  [
    "C6",
    "an unknown role",
    async (start) => {
      const { get } = start();
      for (const tree of [LEGACY, EXTENDED]) expect((await get(`${tree}/other`)).status).toBe(404);
    },
  ],
  [
    "C7",
    "the role's name stays over a switch",
    async (start) => {
      const { get, world } = start();
      world.view = { ...VIEW, credentials: { ...VIEW.credentials, accessKeyId: "ASIAOTHER" } };
      expect((await get(`${LEGACY}/`)).body).toBe("metacred");
      expect(JSON.parse((await get(`${LEGACY}/metacred`)).body).AccessKeyId).toBe("ASIAOTHER");
      world.view = VIEW;
      expect((await get(`${LEGACY}/metacred`)).body).toBe(DOCUMENT);
    },
  ],
  [
    "C8",
    "nobody is signed in",
    async (start) => {
      const { get } = start({ view: {} });
      for (const path of [LEGACY, `${LEGACY}/`, EXTENDED, IAM, `${IAM}/info`])
        expect((await get(path)).status).toBe(404);
      expect((await get("/latest/meta-data/")).body).not.toContain("iam/");
    },
  ],
  [
    "C9",
    "a role that cannot be had says why",
    async (start) => {
      const problem = { code: "AssumeRoleUnauthorizedAccess", message: 'not allowed; try: metacred use "dev"' };
      const { get } = start({ view: { ...LOGGED_OUT, problem } });
      for (const tree of [LEGACY, EXTENDED]) {
        const { status, body } = await get(`${tree}/metacred`);
        expect([status, body]).toEqual([
          200,
          '{\n  "Code" : "AssumeRoleUnauthorizedAccess",\n' +
            '  "Message" : "not allowed; try: metacred use \\"dev\\"",\n  "LastUpdated" : "2026-03-01T12:00:00Z"\n}',
        ]);
      }
    },
  ],
  [
    "C10",
    "iam/info",
    async (start) => {
      const { get } = start();
      const info = JSON.parse((await get(`${IAM}/info`)).body);
      expect(info).toEqual({
        Code: "Success",
        LastUpdated: "2026-03-01T11:59:58Z",
        InstanceProfileArn: "arn:aws:iam::012345678901:instance-profile/Developer",
        InstanceProfileId: expect.stringMatching(/^AIPA[A-Z2-7]{17}$/),
      });
      const identity = JSON.parse((await get("/latest/meta-data/identity-credentials/ec2/info")).body);
      expect(identity).toEqual({ Code: "Success", LastUpdated: "2026-03-01T11:59:58Z", AccountId: "012345678901" });
    },
  ],
  [
    "C11",
    "the identity document",
    async (start) => {
      const document = JSON.parse((await start().get("/latest/dynamic/instance-identity/document")).body);
      expect(document).toEqual({
        accountId: "012345678901",
        architecture: "x86_64",
        availabilityZone: "us-west-2a",
        billingProducts: null,
        devpayProductCodes: null,
        marketplaceProductCodes: null,
        imageId: "ami-0abcdef1234567890",
        instanceId: "i-1234567890abcdef0",
        instanceType: "t3.micro",
        kernelId: null,
        pendingTime: NOW,
        privateIp: "10.0.0.10",
        ramdiskId: null,
        region: "us-west-2",
        version: "2017-09-30",
      });
    },
  ],
  [
    "C12",
    "the region is the zone without its letter",
    async (start) => {
      const zones = [undefined, "us-west-2c", "us-west-2-lax-1a", "eu-central-1b"];
      const seen: string[] = [];
      for (const zone of zones) {
        const { get } = start({ view: { ...VIEW, ...(zone !== undefined && { availabilityZone: zone }) } });
        expect((await get("/latest/meta-data/placement/region")).body).toBe("us-west-2");
        seen.push((await get("/latest/meta-data/placement/availability-zone")).body);
      }
      expect(seen).toEqual(["us-west-2a", "us-west-2c", "us-west-2-lax-1a", "us-west-2a"]);
    },
  ],
  [
    "C14",
    "credentials are served to their end and not after it",
    async (start) => {
      const { get, world } = start();
      await world.clock.advance(Date.parse("2026-03-01T12:16:00.899Z") - Date.parse(NOW));
      expect((await get(`${LEGACY}/metacred`)).body).toBe(DOCUMENT);
      await world.clock.advance(1);
      expect((await get(`${LEGACY}/`)).status).toBe(404);
      const { status, body } = await get(`${LEGACY}/metacred`);
      expect([status, Object.keys(JSON.parse(body))]).toEqual([200, ["Code", "Message", "LastUpdated"]]);
    },
  ],
  [
    "C16",
    "a session token of 4 KB",
    async (start) => {
      const { get } = start({
        view: { ...VIEW, credentials: { ...VIEW.credentials, sessionToken: "x".repeat(4096) } },
      });
      expect(Number((await get(`${EXTENDED}/metacred`)).header("content-length"))).toBeLessThanOrEqual(65_535);
    },
  ],
];
