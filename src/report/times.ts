/** Times of the journal as people read them: in UTC, and in the reader's own time zone. */

/** Characters of `2026-11-21T14:20:11.123Z`. */
const JOURNALED = 24;

export class Times {
  readonly #timeZone: string | undefined;
  #made: Intl.DateTimeFormat | undefined;
  /** True if the local zone is UTC: then no time is said twice. */
  readonly isUtc: boolean;

  /** `timeZone` as in the IANA database; absent: that of the machine. */
  constructor(timeZone?: string) {
    this.#timeZone = timeZone;
    this.isUtc = timeZone === undefined ? neverDiffers() : UTC_NAMES.includes(timeZone);
  }

  /** Name of the local zone, as in the IANA database. */
  get zone(): string {
    return this.#local.resolvedOptions().timeZone;
  }

  /** Made at the first use: the tables of zones and languages take longer to load than a report of a few steps. */
  get #local(): Intl.DateTimeFormat {
    this.#made ??= new Intl.DateTimeFormat("sv-SE", {
      ...(this.#timeZone === undefined ? {} : { timeZone: this.#timeZone }),
      dateStyle: "short",
      timeStyle: "medium",
    });
    return this.#made;
  }

  /** `2026-11-21 14:20:11Z`. */
  utc(iso: string): string {
    const ms = Date.parse(iso);
    if (Number.isNaN(ms)) return "?";
    // A time in the journal's form need not be made anew.
    const utc = iso.length === JOURNALED && iso.endsWith("Z") ? iso : new Date(ms).toISOString();
    return `${utc.slice(0, 10)} ${utc.slice(11, 19)}Z`;
  }

  /** UTC, with the local time beside it if that is another. */
  both(iso: string): string {
    return this.isUtc ? this.utc(iso) : `${this.utc(iso)} (${this.local(iso)} ${this.zone})`;
  }

  local(iso: string): string {
    const date = new Date(iso);
    return Number.isNaN(date.getTime()) ? "?" : this.#local.format(date);
  }
}

const UTC_NAMES = ["UTC", "Etc/UTC", "Etc/UCT", "Etc/GMT", "GMT", "Etc/Zulu", "Zulu"];

/** Whether this machine's zone is UTC the year round, as in Iceland. It looks at each month of years that journals have. */
function neverDiffers(): boolean {
  return Array.from({ length: MONTHS }, (_, month) => new Date(Date.UTC(FIRST_YEAR, month))).every(
    (day) => day.getTimezoneOffset() === 0,
  );
}

const FIRST_YEAR = 2016;
const MONTHS = 240;

/** `1 h 2 min`, `3 min 4 s`, `5 s`: between two times of the journal. */
export function between(from: string, to: string): string {
  return lasting(Date.parse(to) - Date.parse(from));
}

export function lasting(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (Number.isNaN(seconds)) return "?";
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
