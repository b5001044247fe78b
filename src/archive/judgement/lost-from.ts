/** The loss that a restore from a base backup leaves: one answer for the verdict and for the restore. */
import { type Course, holdsGood } from "./course.ts";
import { byTimeline, type Lost, lostAside, NOTHING } from "./lost.ts";
import type { Option } from "./option.ts";
import type { Study } from "./study.ts";

/** When the timeline is given, WAL on another one is not asked for; for a container it makes the verdict unknown. */
export function lostFrom(
  { options, histories, restorer, timeline }: Study,
  { option, course }: { readonly option: Option | undefined; readonly course: Course },
): Lost {
  const onTheWay = {
    missing: byTimeline(course, course.missing),
    unreachable: byTimeline(course, course.unreachable),
  };
  if (restorer === "container" || timeline !== undefined || option === undefined)
    return { ...onTheWay, aside: NOTHING };
  const courses = options.flatMap((each) =>
    each.course === undefined || each.wal !== option.wal ? [] : each.courses.filter(holdsGood),
  );
  return { ...onTheWay, aside: lostAside(course, { wal: option.wal, histories, courses }) };
}
