// Third entry point of the binary: what needs the AWS SDK. Reached only by load-engine.ts.
export { runBackground } from "./daemon/background.ts";
export { runUnderService } from "./daemon/under-service.ts";
export { runForeground } from "./daemon/foreground.ts";
export { logTarget } from "./daemon/log-target.ts";
export { oneShotCredentials, listRoles, roleChoices } from "./daemon/one-shot.ts";
export { checkConsole, openConsole, signedInConsole } from "./daemon/console.ts";
export { proposal, writeFirstConfig } from "./daemon/first-config.ts";
export { runDemo } from "./demo/tour.ts";
export { runLogin } from "./daemon/sign-in.ts";
export { runLogout } from "./daemon/sign-out.ts";
export { addBrokerHeader, addUserKeys, listUserKeys, removeUserKeys } from "./daemon/user-keys.ts";
export { runNet } from "./daemon/net-command.ts";
export { runDoctor } from "./daemon/doctor.ts";
