const EXPIRED = "expired";

/** An ISO 8601 instant without fractions, which some SDKs cannot read (aws-sdk-swift, ISO8601DateFormatter). */
export function seconds(iso: string): string {
  const point = iso.indexOf(".");
  return point === -1 ? iso : `${iso.slice(0, point)}Z`;
}

export function isPast(iso: string, now: Date): boolean {
  return timeLeft(iso, now) === EXPIRED;
}

/** `59m`, `1h 5m`, `40s`; "expired" when it is past. */
export function timeLeft(iso: string, now: Date): string {
  const left = Math.floor((new Date(iso).getTime() - now.getTime()) / 1000);
  if (left <= 0) return EXPIRED;
  if (left < 60) return `${left}s`;
  const minutes = Math.floor(left / 60);
  return minutes < 60 ? `${minutes}m` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}
