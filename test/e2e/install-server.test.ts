// install.sh from a release on a server, by what the machine has to fetch it with.
import { describe, expect, test } from "bun:test";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { certificate } from "../support/certificate.ts";
import { contents, INSTALLED, installMachine, PATH } from "../support/install-machine.ts";
import { requireTools } from "../support/require-tools.ts";

describe("from a server", () => {
  const needed =
    "sh uname ldd grep sed awk cut tr tail tar gzip sha256sum mktemp dirname basename cp mv rm mkdir chmod cat";
  test.each(["curl", "wget"].filter((downloader) => requireTools([downloader])))(
    "with %s alone",
    async (downloader) => {
      using machine = installMachine();
      const release = machine.release();
      using server = Bun.serve({
        hostname: "127.0.0.1",
        port: 0,
        fetch: ({ url }) => new Response(Bun.file(join(release, new URL(url).pathname.replace("/v1/", "")))),
      });
      const path = machine.folder();
      for (const tool of [...needed.split(" "), downloader])
        symlinkSync(Bun.which(tool, { PATH }) ?? "", join(path, tool));
      machine.env["PATH"] = path;
      expect(await machine.install("--release", `${server.url.href}v1/`)).toMatchObject({ stderr: "", exitCode: 0 });
      expect(Object.keys(contents(machine.prefix))).toEqual(INSTALLED);
    },
  );
});

test.skipIf(!requireTools(["curl", "openssl"]))(
  "by https; never on to http, nor from a server that is not proven",
  async () => {
    using machine = installMachine();
    const release = machine.release();
    const fetch = ({ url }: Request) =>
      new Response(Bun.file(join(release, new URL(url).pathname.replace("/v1/", ""))));
    const listen = { hostname: "127.0.0.1", port: 0 };
    const tls = await certificate("127.0.0.1");
    using plain = Bun.serve({ ...listen, fetch });
    using secure = Bun.serve({ ...listen, tls, fetch });
    using leaving = Bun.serve({ ...listen, tls, fetch: () => Response.redirect(`${plain.url.href}v1/SHA256SUMS`) });
    const install = (server: { url: URL }) => machine.install("--release", `${server.url.href}v1/`);
    expect(await install(secure)).toMatchObject({ exitCode: 1 });
    const authority = join(machine.folder(), "ca.pem");
    writeFileSync(authority, tls.cert);
    machine.env["CURL_CA_BUNDLE"] = authority;
    expect(await install(leaving)).toMatchObject({ stderr: expect.stringContaining("cannot download"), exitCode: 1 });
    expect(contents(machine.home)).toEqual({});
    expect(await install(secure)).toMatchObject({ stderr: "", exitCode: 0 });
    expect(Object.keys(contents(machine.prefix))).toEqual(INSTALLED);
  },
);
