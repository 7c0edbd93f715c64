// Signals to wishes: TERM and INT end the daemon, HUP reads the configuration again.

type Wishes = {
  reload(): void;
  /** On a terminal HUP means that it was closed. */
  hangUpStops: boolean;
};

/** Until it is cancelled, TERM and INT end the process in order: nothing that it started stays behind. */
export function endBeforeReady(): { cancel(): void } {
  const onTerm = () => process.exit(128 + 15);
  const onInterrupt = () => process.exit(128 + 2);
  process.on("SIGTERM", onTerm);
  process.on("SIGINT", onInterrupt);
  return {
    cancel() {
      process.off("SIGTERM", onTerm);
      process.off("SIGINT", onInterrupt);
    },
  };
}

export function untilStopped({ reload, hangUpStops }: Wishes): Promise<void> {
  return new Promise((resolve) => {
    process.on("SIGTERM", resolve);
    process.on("SIGINT", resolve);
    process.on("SIGHUP", () => (hangUpStops ? resolve() : reload()));
  });
}
