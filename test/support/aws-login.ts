// What `aws login` leaves in the AWS CLI's cache, and what AWS Sign-In then knows of it.
import { createHash, generateKeyPairSync } from "node:crypto";
import { SIGN_IN_CLIENT, thumbprintOf } from "../../src/demo/signin-service.ts";
import { DEMO_USER } from "../../src/demo/world.ts";
import type { World } from "./world.ts";

export const LOGIN_SESSION = "arn:aws:iam::111122223333:user/alice";
const REFRESH_TOKEN = "the-first-refresh-token";

type Keys = { accessKeyId: string; secretAccessKey: string; sessionToken: string };

/** Returns the file's name. `expiresAt` is that of the keys; the sign-in itself goes on. */
export async function awsLogin(world: World, session: Keys, expiresAt: Date): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = publicKey.export({ format: "jwk" });
  const { kty = "", crv = "", x = "", y = "" } = jwk;
  await world.aws({
    do: "login",
    login: {
      refreshToken: REFRESH_TOKEN,
      accessKeyId: DEMO_USER.accessKeyId,
      thumbprint: thumbprintOf({ kty, crv, x, y }),
    },
  });
  const name = createHash("sha256").update(LOGIN_SESSION).digest("hex");
  return world.file(
    `home/.aws/login/cache/${name}.json`,
    JSON.stringify({
      accessToken: { ...session, accountId: "111122223333", expiresAt: expiresAt.toISOString() },
      tokenType: "aws_sigv4",
      clientId: SIGN_IN_CLIENT,
      refreshToken: REFRESH_TOKEN,
      dpopKey: privateKey.export({ type: "sec1", format: "pem" }),
    }),
  );
}
