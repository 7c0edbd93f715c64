import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { openLibc } from "../../src/sys/libc.ts";
import { releaseProgramPages, unchangedPages } from "../../src/sys/program-pages.ts";

const mapping = (head: string, anonymousKiB = 0) => `${head}
Size:               1024 kB
Rss:                 512 kB
Anonymous:      ${String(anonymousKiB).padStart(8)} kB
VmFlags: rd ex mr mw me sd
`;
const FILE = "/home/ann/my tools/metacred";

test.each([
  ["text", `00200000-01a39000 r-xp 01838000 fe:00 796620                             ${FILE}`, 0, 1],
  ["constants", `00200000-01a39000 r--p 00000000 fe:00 796620                             ${FILE}`, 0, 1],
  ["what the linker filled in", `00200000-01a39000 r--p 00000000 fe:00 796620                    ${FILE}`, 4, 0],
  ["variables", `00200000-01a39000 rw-p 00000000 fe:00 796620                             ${FILE}`, 0, 0],
  ["what others see, too", `00200000-01a39000 r--s 00000000 fe:00 796620                         ${FILE}`, 0, 0],
  ["another file", "00200000-01a39000 r-xp 00000000 fe:00 796620                             /usr/lib/libc.so.6", 0, 0],
  ["one that was replaced", `00200000-01a39000 r-xp 00000000 fe:00 796620               ${FILE} (deleted)`, 0, 0],
  ["no file", "00200000-01a39000 r-xp 00000000 00:00 0", 0, 0],
])("%s", (_, head, anonymousKiB, count) => {
  const around = mapping("7f0000000000-7f0000001000 rw-p 00000000 00:00 0 ", 8);
  const pages = unchangedPages(`${around}${mapping(head, anonymousKiB)}${around}`, FILE);
  expect(pages).toEqual(count === 0 ? [] : [{ start: 0x200000n, end: 0x1a39000n }]);
});

test.skipIf(process.platform !== "linux")(
  "fewer of the program's pages are resident afterwards, and it goes on",
  () => {
    const residentOfFilesKiB = () => Number(/^RssFile:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
    const before = residentOfFilesKiB();
    releaseProgramPages(openLibc());
    expect(residentOfFilesKiB()).toBeLessThan(before * 0.8);
  },
);

test("without a C library nothing happens", () => {
  expect(() => releaseProgramPages(undefined)).not.toThrow();
});
