/** The parts of a moment in UTC as programs of the image print them: "Tue", "24", "Nov", "2026", "02:19:14". */
export interface UtcDate {
  readonly day: string;
  readonly date: string;
  readonly month: string;
  readonly year: string;
  readonly time: string;
}

export function utcDate(at: number): UtcDate {
  const [day = "", date = "", month = "", year = "", time = ""] = new Date(at)
    .toUTCString()
    .replace(",", "")
    .split(" ");
  return { day, date, month, year, time };
}
