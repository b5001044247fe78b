/**
 * The box's `sudo`. The rehearser's own `sudo` forgets PATH and DOCKER_HOST, and would lead out of the box, as root, to
 * the engine of the machine (law 13).
 */
import { putScript } from "../served-programs.ts";

/** It asks for no password, and runs the program that the child's own PATH finds. */
const SUDO = `#!/bin/sh
[ "$1" = -n ] && [ $# -gt 1 ] || { echo 'sudo: the box knows sudo -n COMMAND alone' >&2; exit 1; }
shift
command -v "$1" > /dev/null || { echo "sudo: $1: command not found" >&2; exit 1; }
exec "$@"
`;

export const putSudo = (directory: string): string => putScript(directory, "sudo", SUDO);
