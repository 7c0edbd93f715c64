// The documents, byte for byte as EC2 lays them out: two spaces, `" : "`, the keys in this order, no final LF.

import { createHash } from "node:crypto";
import type { ImdsCredentials, ImdsProblem } from "./view.ts";
import type { Moment } from "./tree.ts";

export type Fields = readonly (readonly [name: string, value: string | readonly string[] | null])[];

/** Whole seconds: Swift's client crashes on a fraction, Go's fails on an offset such as +0000. */
export function timestamp(instant: Date): string {
  return `${instant.toISOString().slice(0, 19)}Z`;
}

/** `indent` stands before every line but the first. */
export function spacedJson(fields: Fields, indent = ""): string {
  const lines = fields.map(([name, value]) => `${indent}  ${JSON.stringify(name)} : ${valueText(value)}`);
  return `{\n${lines.join(",\n")}\n${indent}}`;
}

/** `accountId` is for the extended tree only: old .NET clients throw on a key they do not know. */
export function credentialsDocument(credentials: ImdsCredentials, accountId?: string): string {
  const fields: Fields = [
    ["Code", "Success"],
    ["LastUpdated", timestamp(credentials.obtainedAt)],
    ["Type", "AWS-HMAC"],
    ["AccessKeyId", credentials.accessKeyId],
    ["SecretAccessKey", credentials.secretAccessKey],
    ["Token", credentials.sessionToken],
    ["Expiration", timestamp(credentials.expiration)],
  ];
  return spacedJson(accountId === undefined ? fields : [...fields, ["AccountId", accountId]]);
}

/** What EC2 answers, with 200, for a role that it cannot assume. */
export function problemDocument(problem: ImdsProblem, now: Date): string {
  return spacedJson([
    ["Code", problem.code],
    ["Message", problem.message],
    ["LastUpdated", timestamp(now)],
  ]);
}

/** The .NET SDK asks for it before every credentials document; Terraform takes account and partition from the ARN. */
export function iamInfoDocument({ view, credentials }: Moment): string | undefined {
  if (credentials === undefined) return undefined;
  const fields: Fields = [
    ["Code", "Success"],
    ["LastUpdated", timestamp(credentials.obtainedAt)],
  ];
  const { role } = view;
  // Without an account an invented ARN would mislead; both keys are optional to every client.
  if (role?.accountId === undefined) return spacedJson(fields);
  const arn = `arn:${role.partition}:iam::${role.accountId}:instance-profile/${roleNameOf(role.arn)}`;
  return spacedJson([...fields, ["InstanceProfileArn", arn], ["InstanceProfileId", profileId(arn)]]);
}

export function identityInfoDocument({ view, credentials }: Moment): string | undefined {
  const accountId = view.role?.accountId;
  if (credentials === undefined || accountId === undefined) return undefined;
  return spacedJson([
    ["Code", "Success"],
    ["LastUpdated", timestamp(credentials.obtainedAt)],
    ["AccountId", accountId],
  ]);
}

/** Go, Java and .NET clients take the region from here. */
export function identityDocument(moment: Moment): string | undefined {
  const { view, instance, startedAt } = moment;
  const { region } = view;
  if (region === undefined) return undefined;
  return spacedJson([
    ["accountId", view.role?.accountId ?? null],
    ["architecture", instance.architecture ?? "x86_64"],
    ["availabilityZone", zoneOf(moment) ?? null],
    ["billingProducts", null],
    ["devpayProductCodes", null],
    ["marketplaceProductCodes", instance.productCodes ?? null],
    ["imageId", instance.amiId],
    ["instanceId", instance.instanceId],
    ["instanceType", instance.instanceType],
    ["kernelId", null],
    ["pendingTime", timestamp(startedAt)],
    ["privateIp", instance.privateIp],
    ["ramdiskId", null],
    ["region", region],
    ["version", "2017-09-30"],
  ]);
}

/** A zone of another region is not told: botocore and the C++ SDK read the region from the zone's name. */
export function zoneOf({ view: { region, availabilityZone } }: Pick<Moment, "view">): string | undefined {
  if (region === undefined) return availabilityZone;
  return availabilityZone?.startsWith(region) === true ? availabilityZone : `${region}a`;
}

// --- internal ---

function valueText(value: Fields[number][1]): string {
  return Array.isArray(value) ? `[ ${value.map((item) => JSON.stringify(item)).join(", ")} ]` : JSON.stringify(value);
}

function roleNameOf(arn: string | undefined): string {
  const resource = arn?.split(":").at(5)?.split("/") ?? [];
  // assumed-role/NAME/SESSION, else role/PATH/NAME
  return (resource[0] === "assumed-role" ? resource[1] : resource.at(-1)) ?? "metacred";
}

// "AIPA" and 17 characters of base 32, as IAM's ids are; the same profile always has the same.
function profileId(arn: string): string {
  const digest = createHash("sha256").update(arn).digest();
  return `AIPA${Array.from(digest.subarray(0, 17), (byte) => BASE_32[byte % 32] ?? "").join("")}`;
}

const BASE_32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
