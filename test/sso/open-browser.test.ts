import { expect, test } from "bun:test";
import { browserCommand, canShowPages } from "../../src/sso/open-browser.ts";

const URL = "https://x/?a=1&b=$(reboot)";

test.each<[string, Record<string, string>, NodeJS.Platform, string[] | undefined]>([
  ["no display", {}, "linux", undefined],
  ["X", { DISPLAY: ":0" }, "linux", ["xdg-open", URL]],
  ["Wayland", { WAYLAND_DISPLAY: "wayland-0" }, "linux", ["xdg-open", URL]],
  ["a browser of one's own", { BROWSER: "firefox -P work", DISPLAY: ":0" }, "linux", ["firefox", "-P", "work", URL]],
  ["with a place for the address", { BROWSER: "open-in %s now" }, "linux", ["open-in", URL, "now"]],
  ["the first of a list", { BROWSER: "firefox:lynx" }, "linux", ["firefox", URL]],
  ["macOS", {}, "darwin", ["open", URL]],
])("%s", (_title, env, platform, argv) => {
  expect(browserCommand(URL, env, platform)).toEqual(argv);
});

test.each<[Record<string, string>, boolean]>([
  [{ DISPLAY: ":0" }, true],
  [{}, false],
  [{ DISPLAY: ":0", SSH_CONNECTION: "10.0.0.1 1 10.0.0.2 22" }, false],
  [{ BROWSER: "lynx", SSH_CONNECTION: "10.0.0.1 1 10.0.0.2 22" }, true],
])("a page can be shown with %j: %p", (env, can) => {
  expect(canShowPages(env, "linux")).toBe(can);
});
