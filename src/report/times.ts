/** Times of the journal as people read them: UTC, and the same moment on the wall of whoever reads. */

export class Times {
  readonly #local: Intl.DateTimeFormat;

  /** `timeZone` as in the IANA database; absent: that of the machine. */
  constructor(timeZone?: string) {
    this.#local = new Intl.DateTimeFormat("sv-SE", {
      ...(timeZone === undefined ? {} : { timeZone }),
      dateStyle: "short",
      timeStyle: "medium",
    });
  }

  /** Name of the local zone, as in the IANA database. */
  get zone(): string {
    return this.#local.resolvedOptions().timeZone;
  }

  /** The wall shows UTC too: nothing is to be said twice. */
  get isUtc(): boolean {
    return ["UTC", "Etc/UTC", "Etc/UCT", "Etc/GMT", "GMT", "Etc/Zulu", "Zulu"].includes(this.zone);
  }

  /** `2026-11-21 14:20:11Z`. */
  utc(iso: string): string {
    const date = new Date(iso);
    return Number.isNaN(date.getTime()) ? "?" : `${date.toISOString().slice(0, 19).replace("T", " ")}Z`;
  }

  /** UTC, and beside it the time on the wall where that is another. */
  both(iso: string): string {
    return this.isUtc ? this.utc(iso) : `${this.utc(iso)} (${this.local(iso)} ${this.zone})`;
  }

  local(iso: string): string {
    const date = new Date(iso);
    return Number.isNaN(date.getTime()) ? "?" : this.#local.format(date);
  }
}

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
