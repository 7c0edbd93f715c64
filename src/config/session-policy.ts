// A session policy in a file of its own.
import { readFileSync } from "node:fs";

// AssumeRole, Policy: "up to 2048 characters".
const LONGEST = 2048;

/** The policy as one line of JSON, without the white space that would count against STS's limit. Throws an `Error`. */
export function readSessionPolicy(file: string): string {
  const policy = parse(file, read(file));
  if (typeof policy !== "object" || policy === null || Array.isArray(policy) || !("Statement" in policy)) {
    throw new Error(`${file} is no IAM policy: it has no "Statement"`);
  }
  const text = JSON.stringify(policy);
  if (text.length > LONGEST) throw new Error(`${file} has ${text.length} characters, and STS takes ${LONGEST}`);
  return text;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new Error(`cannot read ${file}`);
  }
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${file} is no JSON`);
  }
}
