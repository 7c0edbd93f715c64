// STS over the Query protocol: parameters in, the signature checked, XML out. Issued keys go into the world here.
import { randomUUID } from "node:crypto";
import { authenticate } from "./authenticate.ts";
import { mintKey } from "./key-material.ts";
import type { Fault, ParsedCall, MockRequest, MockService, Reply } from "./service.ts";
import { assumeRole, assumeRoleWithWebIdentity, getCallerIdentity, getSessionToken } from "./sts-actions.ts";
import type { StsResult, StsScene } from "./sts-actions.ts";
import type { Key, World } from "./world.ts";
import { renderFault, renderResult } from "./xml.ts";
import type { XmlFields } from "./xml.ts";

const VERSION = "2011-06-15";
const SIGNED_ACTIONS: Readonly<Record<string, (call: ParsedCall, caller: Key, scene: StsScene) => StsResult>> = {
  AssumeRole: ({ parameters }, caller, scene) => assumeRole(parameters, caller, scene),
  GetSessionToken: ({ parameters }, caller, scene) => getSessionToken(parameters, caller, scene),
  GetCallerIdentity: (_call, caller) => getCallerIdentity(caller),
};

export function stsService(world: World): MockService {
  return {
    serves: (path) => path === "/",
    read(request) {
      const parameters = readParameters(request);
      return { action: parameters["Action"] ?? "", parameters };
    },
    answer(request, call, now) {
      const { caller, ...decided } = decide(request, call, { world, now, mint: mintKey });
      const principalArn = caller?.principal.arn;
      if ("fault" in decided) return { reply: refuse(decided.fault), principalArn, outcome: decided.fault.code };
      if (decided.issued !== undefined) world.keys.set(decided.issued.accessKeyId, decided.issued);
      if (decided.usedCode !== undefined) world.usedCodes.add(decided.usedCode);
      return { reply: accept(call.action, decided.result), principalArn, outcome: "ok" };
    },
    refuse,
  };
}

function decide(request: MockRequest, call: ParsedCall, scene: StsScene): StsResult & { caller?: Key } {
  const version = call.parameters["Version"] ?? "NO_VERSION_SPECIFIED";
  if (version === VERSION && call.action === "AssumeRoleWithWebIdentity") {
    return assumeRoleWithWebIdentity(call.parameters, scene);
  }
  const act = Object.hasOwn(SIGNED_ACTIONS, call.action) ? SIGNED_ACTIONS[call.action] : undefined;
  if (version !== VERSION || act === undefined) {
    const message = `Could not find operation ${call.action} for version ${version}`;
    return { fault: { status: 400, code: "InvalidAction", message } };
  }
  const authentication = authenticate(request, "sts", scene.world, scene.now);
  if ("fault" in authentication) return authentication;
  const caller = authentication.key;
  return { ...act(call, caller, scene), caller };
}

// STS takes the same parameters from the query of a GET and from the form of a POST.
function readParameters(request: MockRequest): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(`${request.query}&${request.body}`));
}

function accept(action: string, result: XmlFields): Reply {
  const requestId = randomUUID();
  return { status: 200, headers: headersFor(requestId), body: renderResult(action, result, requestId) };
}

function refuse(fault: Fault): Reply {
  const requestId = randomUUID();
  return { status: fault.status, headers: headersFor(requestId), body: renderFault(fault, requestId) };
}

function headersFor(requestId: string): Record<string, string> {
  return { "x-amzn-RequestId": requestId, "Content-Type": "text/xml" };
}
