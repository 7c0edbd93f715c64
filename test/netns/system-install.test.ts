// `service install --system` by root, on a machine whose /etc, /opt and systemctl are the test's own for as long.
import { describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { scriptWithPrivateMounts } from "../support/private-mounts.ts";
import { canUseNetns } from "../support/netns.ts";
import { testWorld } from "../support/world.ts";

const SYSTEMCTL = `#!/bin/sh
echo "$*" >>/etc/asked
[ "$1" != is-active ]
`;

// As root of a mount namespace: a copy of /etc, an empty /opt with the program in it, systemctl replaced.
const MACHINE = String.raw`
set -eu
mount -t tmpfs tmpfs "$1"
cp -a /etc "$1/etc"
mkdir "$1/opt"
chmod 755 "$1"
mount --bind "$1/etc" /etc
mount --bind "$1/opt" /opt
mount --bind "$2" /usr/bin/systemctl
cp "$3" /opt/metacred
shift 3
eval "$1"
`;

describe.skipIf(!canUseNetns(["systemctl", "systemd-sysusers"]))("service install --system", () => {
  const onMachine = async (script: string) => {
    await using world = await testWorld();
    const systemctl = world.file("systemctl", SYSTEMCTL);
    chmodSync(systemctl, 0o755);
    const scratch = world.file("scratch/.keep", "").replace("/.keep", "");
    return await world.run(scriptWithPrivateMounts(MACHINE, [scratch, systemctl, world.binary, script]), {
      env: { METACRED_CONFIG: "" },
    });
  };

  test("user, folders, configuration, unit; what a person wrote stays; uninstall", async () => {
    const { stdout, stderr, exitCode } = await onMachine(`
      /opt/metacred service install --system
      echo '# mine' >>/etc/metacred/service.toml
      /opt/metacred service install --system
      stat -c '%A %U:%G %n' /etc/metacred /etc/metacred/aws /etc/metacred/service.toml /etc/systemd/system/metacred.service
      tail -n 1 /etc/metacred/service.toml
      grep ExecStart= /etc/systemd/system/metacred.service
      grep -c ^metacred: /etc/passwd
      cat /etc/asked
      /opt/metacred service status --system || echo "status $?"
      /opt/metacred service uninstall --system
      ls /etc/systemd/system/metacred.service /etc/sysusers.d/metacred.conf 2>/dev/null || ls /etc/metacred`);
    expect({ stderr, exitCode }).toEqual({
      stderr: `installed /etc/systemd/system/metacred.service: metacred starts with the machine
  next: write its roles into /etc/metacred/service.toml, then systemctl restart metacred.service
installed /etc/systemd/system/metacred.service: metacred starts with the machine
  it is running now: sudo metacred service status --system
stopped, and removed /etc/systemd/system/metacred.service
  left in place: /etc/metacred, /var/lib/metacred and the user metacred
`,
      exitCode: 0,
    });
    expect(stdout).toBe(`drwxr-xr-x root:root /etc/metacred
drwxr-x--- root:metacred /etc/metacred/aws
-rw-r--r-- root:root /etc/metacred/service.toml
-rw-r--r-- root:root /etc/systemd/system/metacred.service
# mine
ExecStart="/opt/metacred" __service --system
1
show --property=Version
daemon-reload
enable --quiet metacred.service
is-enabled --quiet metacred.service
is-active --quiet metacred.service
show --property=Version
daemon-reload
enable --quiet metacred.service
restart metacred.service
installed (/etc/systemd/system/metacred.service), starts by itself, not running
status 3
aws
service.toml
`);
  });

  test("a program that others can change is refused, and nothing is written", async () => {
    const { stdout, stderr } = await onMachine(`
      chmod 777 /opt
      /opt/metacred service install --system || echo "exit $?"
      [ -e /etc/metacred ] || echo nothing`);
    expect(stdout).toBe("exit 1\nnothing\n");
    expect(stderr).toContain("/opt can be changed by others than root, so no system service is made of /opt/metacred");
  });

  test("systemd does not run, as in a container: nothing is written", async () => {
    const { stdout, stderr } = await onMachine(`
      printf '#!/bin/sh\necho "not booted" >&2; exit 1\n' >/usr/bin/systemctl
      /opt/metacred service install --system || echo "exit $?"
      ls -d /etc/metacred /etc/sysusers.d/metacred.conf /etc/systemd/system/metacred.service 2>/dev/null || :
      grep ^metacred: /etc/passwd || echo nobody`);
    expect(stdout).toBe("exit 1\nnobody\n");
    expect(stderr).toBe(
      'metacred: "systemctl show --property=Version" failed: not booted\n  try: metacred serve --background\n',
    );
  });

  test("by somebody else than root: exit 5, and the way", async () => {
    const { stdout, stderr } = await onMachine(
      `setpriv --reuid=65534 --clear-groups /opt/metacred service install --system || echo "exit $?"`,
    );
    expect(stdout).toBe("exit 5\n");
    expect(stderr).toContain("  try: sudo metacred service install --system\n");
  });
});
