/**
 * A seccomp filter: system calls that no PostgreSQL needs, and through which a sandbox was left before. The kernel's keyrings
 * know no namespace: without it a stranger reads the keys of the account that began the server.
 *
 * The program is classic BPF over `struct seccomp_data` (seccomp(2), linux/seccomp.h, linux/filter.h).
 */
/** Numbers of a call: asm/unistd_64.h, and asm-generic/unistd.h. */
interface Call {
  readonly x64: number;
  readonly arm64: number;
}

/** Refused with EPERM. Keyrings, programs in the kernel, faults handled outside it, counters, and new namespaces. */
const FORBIDDEN = {
  add_key: { x64: 248, arm64: 217 },
  request_key: { x64: 249, arm64: 218 },
  keyctl: { x64: 250, arm64: 219 },
  bpf: { x64: 321, arm64: 280 },
  userfaultfd: { x64: 323, arm64: 282 },
  perf_event_open: { x64: 298, arm64: 241 },
  unshare: { x64: 272, arm64: 97 },
  setns: { x64: 308, arm64: 268 },
} as const satisfies Record<string, Call>;

/**
 * Refused with ENOSYS, as an older kernel does: a program that calls them goes on without. A filter cannot read the
 * structure that clone3 points to.
 */
const UNKNOWN = {
  clone3: { x64: 435, arm64: 435 },
  io_uring_setup: { x64: 425, arm64: 425 },
  io_uring_enter: { x64: 426, arm64: 426 },
  io_uring_register: { x64: 427, arm64: 427 },
} as const satisfies Record<string, Call>;

const CLONE: Call = { x64: 56, arm64: 220 };
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET (linux/sched.h). */
const NEW_NAMESPACES = 0x7e02_0000;
const SOCKET: Call = { x64: 41, arm64: 198 };
/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK. AF_VSOCK, for one, reaches the host of a virtual machine from every namespace. */
const FAMILIES = [1, 2, 10, 16];

/** AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64 (linux/audit.h). */
const ARCHITECTURES = { x64: 0xc000_003e, arm64: 0xc000_00b7 } as const;
/** Calls of the ABI x32 have this bit (asm/unistd_x32.h). */
const X32 = 0x4000_0000;

const [NUMBER_AT, ARCHITECTURE_AT, FIRST_ARGUMENT_AT] = [0, 4, 16];
const [LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN] = [0x20, 0x15, 0x35, 0x45, 0x06];
const ALLOW = 0x7fff_0000;
const refuse = (errno: number): number => 0x0005_0000 + errno;
const [EPERM, ENOSYS, EAFNOSUPPORT] = [1, 38, 97];

type End = "allow" | "forbid" | "unknown";
const ENDS: readonly (readonly [End, number])[] = [
  ["allow", ALLOW],
  ["forbid", refuse(EPERM)],
  ["unknown", refuse(ENOSYS)],
];

/** `then` and `otherwise`: an end, or how many instructions are passed over. */
interface Instruction {
  readonly code: number;
  readonly value: number;
  readonly then?: End | number;
  readonly otherwise?: End | number;
}

/** Undefined on a machine whose numbers are not known here. */
export function systemCallFilter(architecture: NodeJS.Architecture): Uint8Array | undefined {
  if (architecture !== "x64" && architecture !== "arm64") return undefined;
  return assembled([
    { code: LOAD, value: ARCHITECTURE_AT },
    { code: EQUAL, value: ARCHITECTURES[architecture], otherwise: "unknown" },
    { code: LOAD, value: NUMBER_AT },
    ...(architecture === "x64" ? [{ code: AT_LEAST, value: X32, then: "unknown" } as const] : []),
    ...Object.values(FORBIDDEN).map((call) => ({ code: EQUAL, value: call[architecture], then: "forbid" as const })),
    ...Object.values(UNKNOWN).map((call) => ({ code: EQUAL, value: call[architecture], then: "unknown" as const })),
    { code: EQUAL, value: CLONE[architecture], otherwise: 2 },
    { code: LOAD, value: FIRST_ARGUMENT_AT },
    { code: ANY_BIT, value: NEW_NAMESPACES, then: "forbid", otherwise: "allow" },
    { code: EQUAL, value: SOCKET[architecture], otherwise: "allow" },
    { code: LOAD, value: FIRST_ARGUMENT_AT },
    ...FAMILIES.map((family) => ({ code: EQUAL, value: family, then: "allow" as const })),
    { code: RETURN, value: refuse(EAFNOSUPPORT) },
  ]);
}

/** `struct sock_filter` for each instruction, and one that returns for each end. */
function assembled(instructions: readonly Instruction[]): Uint8Array {
  const all: readonly Instruction[] = [...instructions, ...ENDS.map(([, value]) => ({ code: RETURN, value }))];
  const bytes = new DataView(new ArrayBuffer(all.length * 8));
  for (const [index, { code, value, then, otherwise }] of all.entries()) {
    const distance = (to: End | number | undefined): number =>
      typeof to === "string" ? instructions.length + ENDS.findIndex(([end]) => end === to) - index - 1 : (to ?? 0);
    bytes.setUint16(index * 8, code, true);
    bytes.setUint8(index * 8 + 2, distance(then));
    bytes.setUint8(index * 8 + 3, distance(otherwise));
    bytes.setUint32(index * 8 + 4, value, true);
  }
  return new Uint8Array(bytes.buffer);
}
