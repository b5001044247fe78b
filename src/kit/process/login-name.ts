/** Who is at work, as the machine has it: containers of some platforms run with a random uid that no passwd file knows. */
import { userInfo } from "node:os";

/** The name of the log-in; `uid 1000660000` if the machine has none. Variables are not asked: anybody can set them. */
export function loginName(look: () => string = () => userInfo().username): string {
  try {
    return look();
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
