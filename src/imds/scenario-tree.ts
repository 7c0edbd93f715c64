// `spot/`, `events/` and `autoscaling/`: notices that an application may be tested with. Nothing is there before its delay
// has passed. The layouts are those of amazon-ec2-metadata-mock, which took them from EC2's guide.
import { spacedJson, timestamp } from "./documents.ts";
import { derivedId } from "./instance-ids.ts";
import { type Directory, directory, leaf, type Moment } from "./tree.ts";
import type { ImdsMaintenance } from "./view.ts";

// EC2's notice of an interruption comes two minutes before it.
const SPOT_NOTICE_MS = 120_000;
const DAY_MS = 86_400_000;

export function spotTree(): Directory {
  return directory({
    "instance-action": leaf((moment) => {
      const notice = spotNotice(moment);
      return notice && `{"action": ${JSON.stringify(notice.action)}, "time": "${timestamp(notice.time)}"}`;
    }),
    "termination-time": leaf((moment) => {
      const notice = spotNotice(moment);
      return notice?.action === "terminate" ? timestamp(notice.time) : undefined;
    }),
  });
}

export function eventsTree(): Directory {
  return directory({
    maintenance: directory({
      history: leaf((moment) => maintenanceDocument(moment, ({ state }) => state !== "active")),
      scheduled: leaf((moment) => maintenanceDocument(moment, ({ state }) => state === "active")),
    }),
    recommendations: directory({
      rebalance: leaf((moment) => {
        const rebalance = moment.instance.scenario?.rebalance;
        const since = rebalance && passed(moment, rebalance.afterMs);
        return since && `{"noticeTime": "${timestamp(rebalance?.time ?? since)}"}`;
      }),
    }),
  });
}

export function autoscalingTree(): Directory {
  return directory({
    "target-lifecycle-state": leaf((moment) => {
      const target = moment.instance.scenario?.autoscaling;
      return target && passed(moment, target.afterMs) && target.state;
    }),
  });
}

// --- internal ---

/** The instant at which a delay was over, `undefined` before it. */
function passed({ instance, now }: Moment, afterMs: number): Date | undefined {
  const since = instance.scenario?.since;
  if (since === undefined) return undefined;
  const at = new Date(since.getTime() + afterMs);
  return at <= now ? at : undefined;
}

function spotNotice(moment: Moment): { action: string; time: Date } | undefined {
  const spot = moment.instance.scenario?.spot;
  const since = spot && passed(moment, spot.afterMs);
  if (spot === undefined || since === undefined) return undefined;
  return { action: spot.action, time: spot.time ?? new Date(since.getTime() + SPOT_NOTICE_MS) };
}

// An empty list rather than 404: that is what EC2 says of an instance that nothing is planned for.
function maintenanceDocument(moment: Moment, isWanted: (event: ImdsMaintenance) => boolean): string {
  const event = moment.instance.scenario?.maintenance;
  const since = event && passed(moment, event.afterMs);
  if (event === undefined || since === undefined || !isWanted(event)) return "[]";
  const later = (days: number) => new Date(since.getTime() + days * DAY_MS);
  const prefix = event.state === "active" ? "" : event.state === "completed" ? "[Completed] " : "[Canceled] ";
  const document = spacedJson(
    [
      ["NotBefore", guideDate(event.notBefore ?? since)],
      ["Code", event.code],
      ["Description", `${prefix}The instance is scheduled for ${event.code}`],
      ["EventId", derivedId("instance-event", moment.instance)],
      ["NotAfter", guideDate(event.notAfter ?? later(7))],
      ["State", event.state],
      ["NotBeforeDeadline", guideDate(event.notBeforeDeadline ?? later(9))],
    ],
    "  ",
  );
  return `[\n  ${document}\n]`;
}

// "21 Jan 2019 09:00:43 GMT": the HTTP date without the weekday and without a zero before the day.
function guideDate(date: Date): string {
  return date.toUTCString().replace(/^\w+, 0?/, "");
}
