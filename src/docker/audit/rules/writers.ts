/** One directory with several containers that write to it. */
import { quoted } from "../../../kit/text/printable.ts";
import type { Finding } from "../finding.ts";
import type { Data } from "../../data-directory/recognise.ts";
import { dataText, type Stock } from "../stock.ts";
import type { SurveyedContainer, SurveyedMount } from "../survey.ts";

interface Writer {
  readonly container: SurveyedContainer;
  readonly mount: SurveyedMount;
}

export function writers(stock: Stock): readonly Finding[] {
  const all = stock.survey.containers
    .filter(({ running }) => running)
    .flatMap((container) => container.mounts.filter(({ writable }) => writable).map((mount) => ({ container, mount })));
  const places = new Set(all.map(({ mount }) => mount.source).filter((source) => source !== ""));
  return [...places].flatMap((place) => {
    const here = all.filter(({ mount }) => mount.source === place || place.startsWith(`${mount.source}/`));
    const distinct = new Set(here.map(({ container }) => container.id));
    return distinct.size < 2 ? [] : several(stock, place, here);
  });
}

function several(stock: Stock, place: string, here: readonly Writer[]): readonly Finding[] {
  const [first] = here;
  const contents = here.map(({ mount }) => contentsOf(stock, mount)).find((each) => each !== undefined);
  // Uploads that two programs share are an ordinary thing.
  if (contents === undefined || first === undefined) return [];
  const names = [...new Set(here.map(({ container }) => container.name))].map(quoted).join(" and ");
  return [
    {
      code: "written-by-several",
      severity: "serious",
      subject: first.mount.volume === "" ? `directory ${quoted(place)}` : `volume ${quoted(first.mount.volume)}`,
      at: stock.lineOf(first.container),
      what: `${names} may all write to ${dataText(contents)} in it: two servers on one directory destroy it, and a lock file does not reach from one container to another.`,
      fix: `Leave one of them, and mount it read-only for whoever else needs its files (":ro").`,
      commands: [],
    },
  ];
}

function contentsOf(stock: Stock, { volume, contents }: SurveyedMount): Data | undefined {
  const found = volume === "" ? contents : stock.volume(volume)?.contents;
  return found?.kind === "data" ? found : undefined;
}
