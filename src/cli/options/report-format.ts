/** The form of a report if none was named: what the file's name says, or text. */
import { extname } from "node:path";
import type { ReportFormat } from "./options.ts";

const BY_ENDING: Readonly<Record<string, ReportFormat>> = { ".html": "html", ".htm": "html", ".json": "json" };

export function formatFor(output: string | undefined): ReportFormat {
  return BY_ENDING[extname(output ?? "").toLowerCase()] ?? "markdown";
}
