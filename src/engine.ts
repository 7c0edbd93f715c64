// Third entry point of the binary: what needs the AWS SDK. Reached only by load-engine.ts.
export { runBackground } from "./daemon/background.ts";
export { runForeground } from "./daemon/foreground.ts";
export { oneShotCredentials, listRoles, roleChoices } from "./daemon/one-shot.ts";
export { proposal, writeFirstConfig } from "./daemon/first-config.ts";
export { runDemo } from "./demo/tour.ts";
