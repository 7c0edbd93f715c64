import { expect, test } from "bun:test";
import type { FoundProcess, ProcessFinder } from "../../src/callers/process-finder.ts";
import { createCallerBook, visitOf } from "../../src/daemon/caller-book.ts";
import { callersAnswer } from "../../src/daemon/callers-answer.ts";
import { manualClock } from "../support/manual-clock.ts";

const START = "2026-01-01T00:00:00Z";
const UID = 1000;
const DEV = ["dev", undefined] as const;
const TOKEN = [undefined, undefined] as const;
const REFUSED = [undefined, "host"] as const;

const process = (pid: number): FoundProcess => ({ pid, identity: `${pid} 5`, program: "aws", exe: "/usr/bin/python3" });

/** The inode of a socket is the pid of its process, or nobody's where it is 0. */
const byInode: ProcessFinder = ({ inode }, found) => found(inode === 0 ? undefined : process(inode));

function open(find = byInode) {
  const clock = manualClock(START);
  const book = createCallerBook(clock, find);
  /** A connection; with what its requests got. */
  const connect = (inode: number | undefined, uid: number | undefined = UID) => {
    const visit = visitOf(
      inode === undefined || uid === undefined ? { uid: undefined, inode: undefined } : { uid, inode },
    );
    return (...[role, refusal]: readonly [string | undefined, string | undefined]) => book.asked(visit, role, refusal);
  };
  return { clock, book, connect, shown: () => callersAnswer(book.since(0)).callers };
}

test("a process is remembered with what it got, over all its connections", async () => {
  const { clock, connect, shown } = open();
  const first = connect(12);
  first(...TOKEN);
  first(...DEV);
  await clock.advance(60_000);
  connect(12)(...TOKEN);
  expect(shown()).toEqual([
    {
      pid: 12,
      program: "aws",
      exe: "/usr/bin/python3",
      uid: UID,
      container: null,
      role: "dev",
      command: null,
      refused: null,
      requests: 3,
      first_seen: "2026-01-01T00:00:00.000Z",
      last_seen: "2026-01-01T00:01:00.000Z",
    },
  ]);
});

test("what a command hands out to a process is told with that command, until it asks for a role itself", () => {
  const { book, connect, shown } = open();
  book.asked(visitOf({ uid: UID, inode: undefined }, process(12), "credential-process"), "ro", undefined);
  expect(shown()).toMatchObject([{ pid: 12, uid: UID, role: "ro", command: "credential-process", requests: 1 }]);
  const itself = connect(12);
  itself(...TOKEN);
  expect(shown()).toMatchObject([{ role: "ro", command: "credential-process", requests: 2 }]);
  itself(...DEV);
  expect(shown()).toMatchObject([{ role: "dev", command: null, requests: 3 }]);
});

test("a refusal is the last word until the next request", () => {
  const { connect, shown } = open();
  const visit = connect(12);
  visit(...DEV);
  visit(...REFUSED);
  expect(shown()).toMatchObject([{ role: "dev", refused: "host" }]);
  visit(...TOKEN);
  expect(shown()).toMatchObject([{ role: "dev", refused: null, requests: 3 }]);
});

test("a connection without a request is nobody's", () => {
  let searched = 0;
  const { connect, shown } = open(() => void searched++);
  connect(12);
  expect([shown(), searched]).toEqual([[], 0]);
});

test("requests that come while the process is searched for are counted with it, and who asks for the list waits", async () => {
  const answers: (() => void)[] = [];
  const { clock, book, connect, shown } = open((owner, found) => void answers.push(() => byInode(owner, found)));
  const visit = connect(12);
  visit(...TOKEN);
  visit(...DEV);
  expect([shown(), answers.length]).toEqual([[], 1]);
  let isSettled = false;
  void book.settled().then(() => (isSettled = true));
  await clock.advance(0);
  expect(isSettled).toBe(false);
  for (const answer of answers) answer();
  await clock.advance(0);
  expect(isSettled).toBe(true);
  visit(...TOKEN);
  expect(shown()).toMatchObject([{ pid: 12, role: "dev", requests: 3 }]);
});

test("who cannot be told is counted by uid, another user or nobody known apart", () => {
  const { connect, shown } = open();
  connect(0)(...DEV);
  connect(0)(...DEV);
  connect(undefined)(undefined, "uid");
  expect(shown()).toMatchObject([
    { pid: null, program: null, uid: UID, requests: 2, role: "dev" },
    { pid: null, uid: null, requests: 1, refused: "uid" },
  ]);
});

test("a container on a network of its own is known by its address", () => {
  const { book, shown } = open();
  book.asked(visitOf({ uid: undefined, inode: undefined, container: "172.17.0.2" }), "payments", undefined);
  expect(shown()).toMatchObject([{ container: "172.17.0.2", pid: null, uid: null, role: "payments" }]);
});

test("ten thousand processes: only the latest 256 are remembered", async () => {
  const { clock, connect, shown } = open();
  for (let pid = 1; pid <= 10_000; pid++) {
    connect(pid)(...DEV);
    await clock.advance(1);
  }
  expect(shown().map(({ pid }) => pid)).toEqual(Array.from({ length: 256 }, (_, index) => 9745 + index));
});

test("one that was forgotten and asks again on its connection is there again", async () => {
  const { clock, connect, shown } = open();
  const silent = connect(12);
  silent(...DEV);
  for (let pid = 100; pid < 356; pid++) {
    await clock.advance(100);
    connect(pid)(...DEV);
  }
  expect(shown().some(({ pid }) => pid === 12)).toBe(false);
  silent(...TOKEN);
  expect(shown().at(-1)).toMatchObject({ pid: 12, requests: 1, role: null });
  expect(shown()).toHaveLength(256);
});

test("who follows hears of what is new, and of a program that asks all the time once a second", async () => {
  const { clock, book, connect } = open();
  const visit = connect(12);
  const heard: number[] = [];
  let at = 0;
  const look = () => {
    const { sequence, callers } = book.since(at);
    at = sequence;
    heard.push(callers.length);
  };
  visit(...DEV);
  look();
  for (let request = 0; request < 100; request++) visit(...DEV);
  look();
  await clock.advance(1000);
  visit(...DEV);
  look();
  visit("prod", undefined);
  look();
  expect(heard).toEqual([1, 0, 1, 1]);
});

test("a wait ends with the news, with its time, with the book", async () => {
  const { clock, book, connect } = open();
  const ended: string[] = [];
  const wait = (name: string) => void book.untilNews(book.since(0).sequence, 30_000).then(() => ended.push(name));
  wait("news");
  await clock.advance(29_999);
  expect(ended).toEqual([]);
  connect(12)(...DEV);
  await clock.advance(0);
  wait("time");
  await clock.advance(30_000);
  wait("end");
  book.close();
  await clock.advance(0);
  wait("after");
  await clock.advance(0);
  expect(ended).toEqual(["news", "time", "end", "after"]);
});
