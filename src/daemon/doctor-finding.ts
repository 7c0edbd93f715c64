// What `doctor` says, one at a time.

/** `error`: a fresh SDK, or some of them, would not get the role. */
export type Finding = { id: string; level: "error" | "warning"; message: string; fix: string };

export const error = (id: string, message: string, fix: string): Finding => ({ id, level: "error", message, fix });

export const warning = (id: string, message: string, fix: string): Finding => ({ id, level: "warning", message, fix });
