// What a service of the mock is: a protocol over the shared world. Sockets, delays and outages are not its concern.

export type MockRequest = {
  method: string;
  path: string;
  /** As sent, without the question mark. */
  query: string;
  headers: Headers;
  body: string;
};

export type Fault = { status: number; code: string; message: string };

export type Reply = { status: number; headers: Record<string, string>; body: string };

export type ParsedCall = { action: string; parameters: Readonly<Record<string, string>> };

export type Answer = {
  reply: Reply;
  /** Who asked, where that was proved. */
  principalArn: string | undefined;
  /** `ok`, or the code of the error. */
  outcome: string;
};

export type MockService = {
  serves(path: string): boolean;
  /** What is asked for, before anything of it is checked. */
  read(request: MockRequest): ParsedCall;
  answer(request: MockRequest, call: ParsedCall, now: Date): Answer;
  /** An error in the service's own wire format. */
  refuse(fault: Fault): Reply;
};
