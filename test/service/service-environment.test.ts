import { expect, test } from "bun:test";
import { serviceEnvironment } from "../../src/service/service-environment.ts";

test("where things are, and never a secret", () => {
  const env = {
    PATH: "/usr/bin",
    AWS_PROFILE: "corp",
    AWS_REGION: "",
    AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "secret",
    HTTPS_PROXY: "http://alice:password@proxy:3128",
    https_proxy: "http://proxy:3128",
    HTTP_PROXY: "http://proxy:3128",
    AWS_ENDPOINT_URL_SSO_OIDC: "https://oidc.example.com",
    AWS_USE_FIPS_ENDPOINT: "true",
    EDITOR: "vi",
  };
  expect(serviceEnvironment(env, "/home/alice/metacred.toml", "linux")).toEqual({
    PATH: "/usr/bin",
    AWS_PROFILE: "corp",
    https_proxy: "http://proxy:3128",
    HTTP_PROXY: "http://proxy:3128",
    AWS_ENDPOINT_URL_SSO_OIDC: "https://oidc.example.com",
    AWS_USE_FIPS_ENDPOINT: "true",
    METACRED_CONFIG: "/home/alice/metacred.toml",
  });
});
