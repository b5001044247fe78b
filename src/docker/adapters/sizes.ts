/** `docker system df -v` as JSON: sizes are texts of three digits with a unit, `12.3MB (virtual 211MB)`. */
import { z } from "zod";
import type { StorageSizes } from "../../ports/docker-host.ts";
import { parseJson } from "../../kit/shell/json-answer.ts";
import { parsed } from "./answers.ts";

const said = z.object({
  Images: z.array(z.object({ UniqueSize: z.string().default(""), Size: z.string().default("") })).nullish(),
  Containers: z.array(z.object({ ID: z.string(), Size: z.string().default("") })).nullish(),
  Volumes: z.array(z.object({ Name: z.string(), Size: z.string().default("") })).nullish(),
  BuildCache: z.array(z.object({ Size: z.string().default("") })).nullish(),
});

export function parseSizes(text: string, place: string): StorageSizes {
  const what = "`docker system df -v`";
  const { Images, Containers, Volumes, BuildCache } = parsed(said, parseJson(text, `the answer of ${what}`, place), {
    what,
    place,
  });
  const images = Images ?? [];
  return {
    volumes: known((Volumes ?? []).map(({ Name, Size }) => [Name, Size])),
    layers: known((Containers ?? []).map(({ ID, Size }) => [ID, Size])),
    images: {
      count: images.length,
      bytes: sum(images.map(({ UniqueSize, Size }) => bytesOf(UniqueSize) ?? bytesOf(Size) ?? 0)),
    },
    buildCache: BuildCache?.reduce((total, { Size }) => total + (bytesOf(Size) ?? 0), 0),
    unknown: undefined,
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

function known(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, number> {
  return new Map(
    pairs.flatMap(([name, text]) => {
      const bytes = bytesOf(text);
      return bytes === undefined ? [] : [[name, bytes] as const];
    }),
  );
}

const UNITS: Readonly<Record<string, number>> = { B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15 };

/** Undefined for `N/A`. */
export function bytesOf(text: string): number | undefined {
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?)\s*([kKMGTP]?B)/.exec(text) ?? [];
  const factor = UNITS[unit];
  return digits === undefined || factor === undefined ? undefined : Math.round(Number(digits) * factor);
}
