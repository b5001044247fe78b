/** The parts of a service in a Compose file, as plain JSON. */
import { type Mount, shownMount } from "../compose/mount.ts";
import type { Place } from "../compose/node.ts";
import type { Service } from "../compose/service.ts";
import { tellingVariable } from "./telling-variable.ts";
import type { SurveyedService, SurveyedServiceMount } from "./survey.ts";

export function serviceFacts(service: Service): SurveyedService {
  const { name, definitions, image, environment, mounts, gaps, volumesFrom } = service;
  const place = definitions.find(({ base }) => !base)?.place ?? definitions[0]?.place;
  const values = [...environment].flatMap(([variable, value]) =>
    value?.known === true && tellingVariable(variable) ? [[variable, value.text] as const] : [],
  );
  const others = volumesFrom.length === 0 ? [] : ["it takes mounts from other services"];
  return {
    name,
    at: place === undefined ? "" : lineText(place),
    image: image?.known === true ? image.text : null,
    environment: Object.fromEntries(values),
    mounts: mounts.map(mountFacts),
    gaps: [...gaps, ...others],
  };
}

function mountFacts(mount: Mount): SurveyedServiceMount {
  const { kind, written = "", target, place } = mount;
  return { kind, text: shownMount(mount), written, target: target.known ? target.text : null, at: lineText(place) };
}

const lineText = ({ file, line }: Place): string => `${file}:${line}`;
