// launchd's agent for one user: launchd.plist(5). Written from its manual; never run on a Mac so far.
import type { UserService } from "./user-unit.ts";

export const AGENT_LABEL = "io.metacred.agent";

// Anything but "Interactive" has its processor time and its disk throttled, and SDKs give up after a quarter of a second.
/** Its standard error is the daemon's log, since launchd keeps none. */
export function launchdAgent({ program, environment }: UserService, logFile: string): string {
  const variables = Object.entries(environment).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>${AGENT_LABEL}</string>
  <key>ProgramArguments</key>
  <array>
    <string>${xml(program)}</string>
    <string>__service</string>
  </array>
  <key>EnvironmentVariables</key>
  <dict>
${variables.map(([name, value]) => `    <key>${xml(name)}</key><string>${xml(value)}</string>\n`).join("")}  </dict>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
  <key>ThrottleInterval</key><integer>30</integer>
  <key>ProcessType</key><string>Interactive</string>
  <key>Umask</key><integer>63</integer>
  <key>StandardErrorPath</key><string>${xml(logFile)}</string>
</dict>
</plist>
`;
}

function xml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
