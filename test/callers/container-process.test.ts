import { describe, expect, test } from "bun:test";
import {
  asksForContainer,
  containerCgroups,
  isNetworkHelper,
  mayAskForContainer,
  type ProcessFacts,
} from "../../src/callers/container-process.ts";

const ID = "0123456789abcdef".repeat(4);
const OTHER = "fedcba9876543210".repeat(4);

describe("a cgroup", () => {
  test.each([
    ["Docker, cgroupfs", `9:name=systemd:/docker/${ID}`, `/docker/${ID}`],
    ["Docker, systemd", `0::/system.slice/docker-${ID}.scope`, `/system.slice/docker-${ID}.scope`],
    ["what a container made of its own", `0::/docker/${ID}/init/x`, `/docker/${ID}`],
    ["rootless Docker", `0::/user.slice/user-1000.slice/user@1000.service/user.slice/docker-${ID}.scope`, undefined],
    ["Podman", `0::/machine.slice/libpod-${ID}.scope/container`, `/machine.slice/libpod-${ID}.scope`],
    ["Kubernetes", `0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-${ID}.scope`, "/kubepods.slice"],
    ["containerd", `4:memory:/default/${ID}`, `/default/${ID}`],
    ["a colon in the path", `4:memory:/system.slice:docker:${ID}`, `/system.slice:docker:${ID}`],
    ["LXC", "0::/lxc.payload.web/init.scope", "/lxc.payload.web"],
    ["LXC of old", "3:cpuset:/lxc/web", "/lxc"],
    [
      "systemd-nspawn",
      "0::/machine.slice/systemd-nspawn@web.service/payload",
      "/machine.slice/systemd-nspawn@web.service",
    ],
    ["a machine", "0::/machine.slice/machine-web.scope", "/machine.slice/machine-web.scope"],
  ])("of a container: %s", (_, line, path = line.slice(3)) => {
    expect(containerCgroups(`0::/\n${line}\n`)).toEqual([path]);
  });

  test.each([
    ["the root", "0::/"],
    ["a login session", "0::/user.slice/user-1000.slice/session-3.scope"],
    ["a desktop's program", "0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-code-4711.scope"],
    ["a terminal's tab", "0::/user.slice/user-1000.slice/user@1000.service/app.slice/vte-spawn-0aa8b61c-1d8e.scope"],
    ["tmux", "0::/user.slice/user-1000.slice/user@1000.service/tmux-spawn-0aa8b61c.scope"],
    ["a snap", "0::/user.slice/user-1000.slice/user@1000.service/app.slice/snap.firefox.firefox-0aa8.scope"],
    ["a flatpak", "0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-flatpak-org.x.Code-99.scope"],
    ["a service of the system's", "1:name=systemd:/system.slice/docker.service"],
    ["a name of 32 digits", `4:memory:/process_api/${ID.slice(32)}`],
    ["nothing", ""],
  ])("of none: %s", (_, line) => {
    expect(containerCgroups(`${line}\n`)).toEqual([]);
  });
});

test.each([
  ["/usr/bin/pasta", true],
  ["/usr/bin/passt.avx2", true],
  ["/usr/bin/pasta.avx2 (deleted)", true],
  ["slirp4netns", true],
  ["/Applications/Docker.app/Contents/MacOS/com.docker.backend", true],
  ["com.docker.back", true],
  ["/usr/bin/qemu-system-x86_64", true],
  ["/usr/libexec/podman/gvproxy", true],
  ["/usr/bin/curl", false],
  ["/usr/bin/docker", false],
  ["/home/ann/bin/pasta-maker", false],
  ["/opt/pasta/bin/python3", false],
  ["", false],
])("a network helper: %s %p", (program, expected) => {
  expect(isNetworkHelper(program)).toBe(expected);
});

const facts = (change: Partial<ProcessFacts> = {}): ProcessFacts => ({
  userNs: "user:[1]",
  pidNs: "pid:[2]",
  cgroups: "0::/user.slice/user-1000.slice/session-3.scope\n",
  uidMap: "         0          0 4294967295\n",
  pidDepth: 1,
  program: "/usr/bin/aws",
  ...change,
});
const inside = (id: string) => ({ cgroups: `0::/docker/${id}\n` });

describe("asks for a container", () => {
  test.each<[string, Partial<ProcessFacts>, Partial<ProcessFacts>, boolean]>([
    ["a program beside it", {}, {}, false],
    ["another session of the user's", { cgroups: "0::/user.slice/user-1000.slice/session-9.scope\n" }, {}, false],
    ["another user namespace", { userNs: "user:[9]" }, {}, true],
    ["another pid namespace", { pidNs: "pid:[9]" }, {}, true],
    ["one that has ended meanwhile", { userNs: undefined, pidNs: undefined, cgroups: "", program: "" }, {}, true],
    ["a container on the host's network", inside(ID), {}, true],
    ["a network helper", { program: "/usr/bin/slirp4netns" }, {}, true],
    ["metacred in the same container", inside(ID), inside(ID), false],
    ["metacred in another container", inside(OTHER), inside(ID), true],
    ["metacred in a container, the host's program", { pidNs: "pid:[9]" }, inside(ID), true],
  ])("%s", (_, caller, own, expected) => {
    expect(asksForContainer(facts(caller), facts(own))).toBe(expected);
  });
});

describe("a socket that nobody is seen to hold, beside", () => {
  const hidden = { userNs: undefined, pidNs: undefined, isUsers: true };
  const agent = { ...hidden, program: "ssh-agent" };
  const shell = { isUsers: true };
  const others = { ...hidden, isUsers: false };
  test.each([
    ["a program that hides", [agent], false],
    ["one, and the user's other programs", [agent, shell], false],
    ["nobody who hides", [shell], true],
    ["another user's program alone", [others], true],
    ["a network helper that hides", [agent, { ...hidden, program: "passt.avx2" }], true],
    ["another user's network helper", [agent, { ...others, program: "qemu-system-x86_64" }], false],
    ["a container's process that hides", [agent, { ...hidden, ...inside(ID) }], true],
    ["a hidden process of another user namespace", [agent, { ...hidden, uidMap: "0 1000 1\n" }], true],
    ["a hidden process of another pid namespace", [agent, { ...hidden, pidDepth: 2 }], true],
    ["a container's process", [agent, { ...shell, ...inside(ID) }], true],
    ["a process in another user namespace", [agent, { ...shell, userNs: "user:[9]" }], true],
    ["root's container", [agent, { ...others, ...inside(ID) }], true],
  ])("%s", (_, suspects, expected) => {
    const all = suspects.map(({ isUsers, ...about }) => ({ ...facts(about), isUsers }));
    expect(mayAskForContainer(all, facts())).toBe(expected);
  });
});
