const EXPIRED = "expired";

/** An ISO 8601 instant without fractions, which some SDKs cannot read (aws-sdk-swift, ISO8601DateFormatter). */
export function seconds(iso: string): string {
  const point = iso.indexOf(".");
  return point === -1 ? iso : `${iso.slice(0, point)}Z`;
}

export function isPast(iso: string, now: Date): boolean {
  return timeLeft(iso, now) === EXPIRED;
}

/** `59m`, `1h 5m`, `40s`; "expired" when it is past. Rounded down: what lasts is never told to last longer. */
export function timeLeft(iso: string, now: Date): string {
  const left = Math.floor(secondsUntil(iso, now));
  if (left <= 0) return EXPIRED;
  return left < 60 ? `${left}s` : words(Math.floor(left / 60));
}

/** When something comes that is not past: to the nearest, so that thirty minutes just given are not 29. */
export function timeUntil(iso: string, now: Date): string {
  const left = Math.round(secondsUntil(iso, now));
  return left < 60 ? `${left}s` : words(Math.round(left / 60));
}

// --- internal ---

function secondsUntil(iso: string, now: Date): number {
  return (new Date(iso).getTime() - now.getTime()) / 1000;
}

function words(minutes: number): string {
  return minutes < 60 ? `${minutes}m` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}
