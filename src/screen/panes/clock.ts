import { shortDate, spokenDate, zoneOf } from '../../terminal/dates.ts';

/** Tells times in the time zone of the person at the terminal. */
export class Clock {
  /** As `zoneOf` names it. */
  readonly zone: string | undefined;

  /** @param zone the variable TZ; without it, the zone of the process */
  constructor(
    zone: string | undefined,
    private readonly now: () => Date = () => new Date(),
  ) {
    this.zone = zone === undefined ? undefined : zoneOf(zone);
  }

  /** `today 18:35` */
  spoken(time: string): string {
    return spokenDate(time, this.now(), this.zone);
  }

  /** In at most six columns: `18:35`, `Mon`. */
  short(time: string): string {
    return shortDate(time, this.now(), this.zone);
  }
}
