// What `doctor` finds about the daemon and the redirect to it. Pure.
import { type Finding, error, warning } from "./doctor-finding.ts";
import type { DoctorFacts } from "./doctor-findings.ts";
import type { Status } from "./protocol.ts";
import { EMULATED } from "./redirect.ts";

export function daemonFindings(facts: DoctorFacts): Finding[] {
  return facts.status === undefined ? withoutDaemon(facts) : besideDaemon(facts, facts.status);
}

function withoutDaemon({ broken, foreign, alias, port, portHolder, sudoFrom }: DoctorFacts): Finding[] {
  return [
    ...(broken.some(({ id }) => id === "socket")
      ? []
      : [error("daemon", "metacred is not running", "metacred serve --background")]),
    ...(foreign === undefined
      ? []
      : [warning("foreign", `${EMULATED} is answered by ${foreign}`, "end it, or metacred serve --no-redirect")]),
    ...(alias
      ? [
          warning(
            "leftovers",
            "a metacred that was killed, or another user's, has its address on lo",
            "metacred net down",
          ),
        ]
      : []),
    ...(portHolder === undefined
      ? []
      : [warning("port", `port ${port} is taken by ${portHolder}`, `metacred serve --port ${port + 1}`)]),
    ...(sudoFrom === undefined ? [] : [rootIsAnother(sudoFrom)]),
  ];
}

// Under sudo there is no daemon of one's own: the rule matches the uid, and root's is another.
function rootIsAnother(uid: number): Finding {
  return warning(
    "sudo",
    `what is started with sudo runs as root, and the metacred of uid ${uid} serves root only where it is told to`,
    'as that user: [redirect] users = ["{user}", "root"], then metacred stop and serve again',
  );
}

function besideDaemon({ env, foreign, foreignRules, alias }: DoctorFacts, status: Status): Finding[] {
  const named = env["AWS_EC2_METADATA_SERVICE_ENDPOINT"];
  const { redirect, endpoints } = status;
  const found: Finding[] = [];
  if (status.state !== "serving") {
    const { message, hint } = status.last_error ?? { message: "no role is served", hint: null };
    found.push(error("role", message, hint ?? "metacred use ROLE"));
  }
  if (redirect.method === "none" && trimmed(named) !== trimmed(endpoints.endpoint)) {
    found.push(
      error(
        "endpoint",
        "metacred is in endpoint mode, and this shell does not know where",
        `metacred net up, or export AWS_EC2_METADATA_SERVICE_ENDPOINT=${endpoints.endpoint}`,
      ),
    );
  }
  if (
    redirect.method !== "none" &&
    named !== undefined &&
    !isEmulated(named) &&
    trimmed(named) !== trimmed(endpoints.endpoint)
  ) {
    found.push(
      error(
        "endpoint",
        `AWS_EC2_METADATA_SERVICE_ENDPOINT=${named} leads SDKs elsewhere`,
        "unset AWS_EC2_METADATA_SERVICE_ENDPOINT",
      ),
    );
  }
  if (redirect.root_part === "ended") {
    found.push(
      warning(
        "root-part",
        "root's part of the redirect has ended: nobody repairs or removes its rules",
        "metacred net up",
      ),
    );
  }
  if (!redirect.healthy && redirect.method !== "none" && !alias) {
    const message = `nothing leads to ${EMULATED}: its address is gone from the loopback interface`;
    found.push(error("route", message, "metacred net up"));
  } else if (!redirect.healthy) {
    const whose = foreignRules.length === 0 ? (foreign ?? "nobody that it can see") : foreignRules.join(", ");
    found.push(
      error(
        "unreachable",
        `requests to ${EMULATED} do not reach metacred but ${whose}`,
        `sudo nft list ruleset | grep ${EMULATED}`,
      ),
    );
  }
  const refused = status.refusals["uid"] ?? 0;
  if (refused > 0) {
    found.push(
      warning(
        "refused",
        `${refused} requests of other users were refused`,
        'if they were yours by sudo: [redirect] users = ["{user}", "root"]',
      ),
    );
  }
  return found;
}

function isEmulated(url: string): boolean {
  return /^http:\/\/(169\.254\.169\.254|\[fd00:ec2::254\])\/?$/.test(url);
}

function trimmed(url: string | undefined): string | undefined {
  return url?.replace(/\/+$/, "");
}
