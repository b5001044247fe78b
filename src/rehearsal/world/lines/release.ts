/** The image that a container was made from: its lines and its behaviour follow from that. */
import type { Container } from "../world.ts";

type Release = `${number}.${number}.${number}`;

/** "dingotiles/dingo-postgresql95:9.5-0.10.2" → [0, 10, 2]; the first images have no such tag. */
function releaseOf({ image }: Pick<Container, "image">): readonly number[] {
  return numbers(/-(\d+\.\d+\.\d+)$/.exec(image)?.[1] ?? "0.0.0");
}

const numbers = (release: string): readonly number[] => release.split(".").map(Number);

/** Whether the container's image is of that release or a later one. */
export function plays(container: Pick<Container, "image">, oldest: Release): boolean {
  const [a = 0, b = 0, c = 0] = releaseOf(container);
  const [major = 0, minor = 0, patch = 0] = numbers(oldest);
  return (a - major || b - minor || c - patch) >= 0;
}
