// The wire format of AWS's Query protocol: one element per field, results and errors in fixed envelopes.
import type { Fault } from "./service.ts";

export interface XmlFields {
  readonly [name: string]: string | number | XmlFields | undefined;
}

const STS_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

export function renderResult(action: string, result: XmlFields, requestId: string): string {
  return envelope(`${action}Response`, {
    [`${action}Result`]: result,
    ResponseMetadata: { RequestId: requestId },
  });
}

export function renderFault(fault: Fault, requestId: string): string {
  const type = fault.status < 500 ? "Sender" : "Receiver";
  return envelope("ErrorResponse", {
    Error: { Type: type, Code: fault.code, Message: fault.message },
    RequestId: requestId,
  });
}

function envelope(name: string, fields: XmlFields): string {
  return `<${name} xmlns="${STS_NAMESPACE}">\n${renderFields(fields, "  ")}</${name}>\n`;
}

function renderFields(fields: XmlFields, indent: string): string {
  return Object.entries(fields)
    .map(([name, value]) => {
      if (value === undefined) return "";
      if (typeof value !== "object") return `${indent}<${name}>${escapeXml(String(value))}</${name}>\n`;
      return `${indent}<${name}>\n${renderFields(value, `${indent}  `)}${indent}</${name}>\n`;
    })
    .join("");
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

// Messages quote what the client sent. XML 1.0 has no way at all to write most control characters,
// and parsers turn a bare carriage return into a newline.
function escapeXml(text: string): string {
  return text
    .replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
    .replaceAll(/[^\t\n\r\u0020-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD")
    .replaceAll("\r", "&#13;");
}
