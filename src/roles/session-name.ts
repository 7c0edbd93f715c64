// Session names by template, made fit for STS.

export type Person = { user: string; host: string };

/** Fills `{user}` and `{host}`. */
export function fillTemplate(template: string, { user, host }: Person): string {
  return template.replaceAll(/\{(user|host)\}/g, (_whole, name) => (name === "user" ? user : host));
}

/**
 * STS takes 2 to 64 of `[\w+=,.@-]` (AssumeRole, RoleSessionName). Anything else becomes `-`; a longer name is cut,
 * since an over-long host name must not stop anybody from working.
 */
export function sanitiseSessionName(name: string): string {
  const clean = name.replaceAll(/[^\w+=,.@-]/g, "-").slice(0, 64);
  return clean.length >= 2 ? clean : `${clean}--`.slice(0, 2);
}
