/** The image that a container was made from: its lines and its behaviour follow from that. */
import type { Container } from "../world.ts";

type Release = `${number}.${number}.${number}`;

const numbers = (release: string): readonly number[] => release.split(".").map(Number);

/** Whether the image, such as "dingotiles/dingo-postgresql95:9.5-0.10.2", is of that release or later; the first have no such tag. */
export function plays({ image }: Pick<Container, "image">, oldest: Release): boolean {
  const [a = 0, b = 0, c = 0] = numbers(/-(\d+\.\d+\.\d+)$/.exec(image)?.[1] ?? "0.0.0");
  const [major = 0, minor = 0, patch = 0] = numbers(oldest);
  return (a - major || b - minor || c - patch) >= 0;
}
