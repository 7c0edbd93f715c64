// What the metadata service is asked and what it answers. Shaped like the HTTP server's own types, so that the two
// fit together without knowing each other.

export type ImdsHeader = readonly [name: string, value: string];

export type ImdsRequest = {
  method: string;
  /** The request target as it was sent. */
  target: string;
  version: "1.0" | "1.1";
  /** Names in lower case, values trimmed, duplicates kept. */
  headers: readonly ImdsHeader[];
  body: Uint8Array;
};

export type ImdsResponse = {
  status: number;
  headers?: readonly ImdsHeader[];
  body?: string | Uint8Array;
  close?: boolean;
};

/** Who is at the other end of the connection. */
export type ImdsCaller = {
  address: string;
  /** `undefined` where it could not be told. */
  uid: number | undefined;
  /** The request comes from metacred itself or a process that it started. */
  loop: boolean;
  /**
   * A container, which never gets the active role. `bridge`: by a network of its own, so that address and uid say nothing.
   * `process`: by a process of this machine, such as a network helper.
   */
  container?: "bridge" | "process";
};

export type RefusalReason = "peer" | "uid" | "container" | "host" | "forwarded" | "browser" | "loop";

/** `refusal` is there when the guard turned the request away, `gave` when the body holds live credentials. */
export type ImdsAnswer = ImdsResponse & { refusal?: RefusalReason; gave?: boolean };
