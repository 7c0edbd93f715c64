import { expect, test } from "bun:test";
import { renderFault, renderResult } from "../../src/demo/xml.ts";

test("a result is nested in its envelope; what is undefined is left out", () => {
  const result = { Credentials: { AccessKeyId: "A" }, PackedPolicySize: 6, SourceIdentity: undefined };
  expect(renderResult("AssumeRole", result, "id")).toBe(`\
<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleResult>
    <Credentials>
      <AccessKeyId>A</AccessKeyId>
    </Credentials>
    <PackedPolicySize>6</PackedPolicySize>
  </AssumeRoleResult>
  <ResponseMetadata>
    <RequestId>id</RequestId>
  </ResponseMetadata>
</AssumeRoleResponse>
`);
});

test("a fault", () => {
  expect(renderFault({ status: 403, code: "AccessDenied", message: "no" }, "id")).toBe(`\
<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error>
    <Type>Sender</Type>
    <Code>AccessDenied</Code>
    <Message>no</Message>
  </Error>
  <RequestId>id</RequestId>
</ErrorResponse>
`);
});

test("a fault of the server's own", () => {
  const xml = renderFault({ status: 500, code: "InternalFailure", message: "" }, "id");
  expect(xml).toContain("<Type>Receiver</Type>");
});

const texts: [string, string][] = [
  ["a&b<c>\"d'", "a&amp;b&lt;c&gt;&quot;d'"],
  ["Zürich 東京 🚀", "Zürich 東京 🚀"],
  ["tab\tline\n", "tab\tline\n"],
  ["return\r", "return&#13;"],
  ["nul\u0000 escape\u001B", "nul\uFFFD escape\uFFFD"],
];
test.each(texts)("text %j", (text, escaped) => {
  expect(renderResult("A", { B: text }, "id")).toContain(`<B>${escaped}</B>`);
});
