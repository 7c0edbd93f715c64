// A user's service at a login where a person is still needed: it starts, says what is missing, waits, and goes on by itself.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { KEYRING_TOOLS, keyring } from "../support/keyring.ts";
import { notifySocket } from "../support/notify-socket.ts";
import { requireTools } from "../support/require-tools.ts";
import { SSO_PROFILES, ssoWorld } from "../support/sso-world.ts";
import { freePort } from "../support/world.ts";

const config = (store: string) =>
  `default_role = "dev"\nbase = "dev"\n[secrets]\nstore = "${store}"\n[imds]\nport = ${freePort()}\n[redirect]\nmethod = "none"\n`;

describe.skipIf(!requireTools(["/usr/bin/python3", "curl", ...KEYRING_TOOLS], { platform: "linux" }))(
  "at login",
  () => {
    test("nobody has signed in: ready, said, and served after one login", async () => {
      await using world = await ssoWorld({ config: config("file"), awsConfig: SSO_PROFILES });
      await using socket = await notifySocket(join(world.folder, "notify"));
      const service = Bun.spawn([world.binary, "__service"], {
        env: { ...world.env, NOTIFY_SOCKET: socket.name },
        stdio: ["ignore", "ignore", "ignore"],
      });
      const [ready, status] = await socket.next();
      expect(ready).toBe("READY=1");
      expect(status).toMatch(/^STATUS=dev: .*\(metacred login corp\)$/);
      expect(JSON.parse((await world.metacred(["status", "--json"])).stdout)).toMatchObject({ state: "needs-login" });
      expect((await world.as(["login", "corp"])).exitCode).toBe(0);
      expect(await socket.next()).toEqual(["STATUS=serving dev"]);
      service.kill("SIGTERM");
      expect(await service.exited).toBe(0);
    });

    test("the keychain is locked: ready, said, and served once it is open", async () => {
      await using ring = await keyring();
      await using world = await ssoWorld({ config: config("keychain"), awsConfig: SSO_PROFILES });
      await using socket = await notifySocket(join(world.folder, "notify"));
      expect((await world.as(["login", "corp"], ring.env)).exitCode).toBe(0);
      await ring.lock();
      const env = { ...world.env, ...ring.env, NOTIFY_SOCKET: socket.name };
      const service = Bun.spawn([world.binary, "__service"], { env, stdio: ["ignore", "ignore", "ignore"] });
      const [ready, status] = await socket.next();
      expect({ ready, status }).toEqual({
        ready: "READY=1",
        status: expect.stringContaining("the keychain is locked"),
      });
      await ring.unlock();
      expect((await world.metacred(["use", "dev"], { env: ring.env })).exitCode).toBe(0);
      expect(await socket.next()).toEqual(["STATUS=serving dev"]);
      service.kill("SIGTERM");
      expect(await service.exited).toBe(0);
    });
  },
);
