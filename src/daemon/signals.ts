// Signals to wishes: TERM and INT end the daemon, HUP reads the configuration again.

type Wishes = {
  reload(): void;
  /** On a terminal HUP means that it was closed. */
  hangUpStops: boolean;
};

export function untilStopped({ reload, hangUpStops }: Wishes): Promise<void> {
  return new Promise((resolve) => {
    process.on("SIGTERM", resolve);
    process.on("SIGINT", resolve);
    process.on("SIGHUP", () => (hangUpStops ? resolve() : reload()));
  });
}
