import { describe, expect, test } from "bun:test";
import { configuredProxy } from "../../src/aws/proxy.ts";

const PROXY = "http://proxy.example.com:3128";
const proxyFor = (url: string, env: Record<string, string> = {}) => configuredProxy(new URL(url), env, PROXY);

describe("the config's proxy is asked", () => {
  test.each<[string, Record<string, string>]>([
    ["https://sts.eu-central-1.amazonaws.com/", {}],
    ["http://broker.example.com/", {}],
    ["https://broker.example.com/", { HTTP_PROXY: "http://other:1" }],
    ["https://notexample.com/", { NO_PROXY: "example.com" }],
    ["https://example.com.evil.net/", { NO_PROXY: "example.com" }],
    ["https://example.com/", { NO_PROXY: "example.com:8443" }],
    ["https://example.com/", { NO_PROXY: " , " }],
  ])("%s %j", (url, env) => {
    expect(proxyFor(url, env)).toBe(PROXY);
  });
});

describe("it is not asked", () => {
  test.each<[string, Record<string, string>]>([
    ["https://a.example.com/", { HTTPS_PROXY: "http://other:1" }],
    ["https://a.example.com/", { https_proxy: "http://other:1" }],
    ["http://a.example.com/", { http_proxy: "http://other:1" }],
    ["https://a.example.com/", { NO_PROXY: "example.com" }],
    ["https://a.example.com/", { no_proxy: "x.net, .example.com" }],
    ["https://example.com/", { NO_PROXY: "EXAMPLE.com" }],
    ["https://example.com:8443/", { NO_PROXY: "example.com:8443" }],
    ["https://example.com/", { NO_PROXY: "example.com:443" }],
    ["https://10.0.0.7/", { NO_PROXY: "10.0.0.7" }],
    ["https://a.example.com/", { NO_PROXY: "*" }],
    ["http://localhost:1/", {}],
    ["http://127.0.0.1:1/", {}],
    ["http://127.1.2.3/", {}],
    ["http://[::1]:1/", {}],
    ["http://169.254.169.254/", {}],
  ])("%s %j", (url, env) => {
    expect(proxyFor(url, env)).toBeUndefined();
  });

  test.each([undefined, ""])("where the config names none: %p", (proxy) => {
    expect(configuredProxy(new URL("https://a.example.com/"), {}, proxy)).toBeUndefined();
  });
});
