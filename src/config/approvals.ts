/** `approvals:`: whose signatures count, and which steps need those of two persons. */
import type { Effect } from "../action.js";
import { optional } from "../optional.js";
import { Fields } from "../yaml/fields.js";
import type { Located } from "../yaml/located.js";
import type { ApprovalsConfig } from "./config.js";
import { holdsKey } from "./key-text.js";
import type { Reading } from "./reading.js";
import { LITERAL_KEY } from "./secret.js";

const KEYS = ["needed", "for", "allowed_signers", "key"] as const;
type ApprovalFields = Fields<(typeof KEYS)[number]>;

/** What a person may have to agree to. */
const CHANGES = ["create", "disrupt", "destroy"] as const satisfies readonly Effect[];

export function readApprovals(reading: Reading, node: Located | undefined): ApprovalsConfig | undefined {
  const what = { what: '"approvals"', keys: KEYS } as const;
  const fields = node === undefined ? undefined : Fields.of(reading.findings, node, what);
  if (node === undefined || fields === undefined) return undefined;
  const needsTwo = readNeedsTwo(reading, fields);
  const signers = fields.text("allowed_signers");
  if (needsTwo !== undefined && signers === undefined)
    reading.findings.add(node.at, {
      message: '"approvals" wants two persons and says of none who they are',
      remedy: "Add `allowed_signers: FILE`, in the form that ssh-keygen(1) calls ALLOWED SIGNERS.",
    });
  return {
    ...optional("allowedSigners", signers === undefined ? undefined : reading.path(signers.value)),
    ...optional("key", readKey(reading, fields)),
    ...optional("needsTwo", needsTwo),
  };
}

/** Undefined where one person is enough. */
function readNeedsTwo(reading: Reading, fields: ApprovalFields): readonly Effect[] | undefined {
  const needed = fields.get("needed");
  const effects = fields.get("for");
  if (needed === undefined && effects === undefined) return undefined;
  if (needed !== undefined && !(needed.kind === "scalar" && needed.value === 2)) {
    reading.findings.add(needed.at, {
      message: '"needed" is not the number of persons that have to approve',
      remedy: "Write `needed: 2`: the operator and one other person. No other number is known.",
    });
    return undefined;
  }
  return effects === undefined ? ["destroy"] : readEffects(reading, effects);
}

function readEffects(reading: Reading, node: Located): readonly Effect[] | undefined {
  const items = node.kind === "list" ? node.items : [];
  const read = items.flatMap((item) => CHANGES.find((each) => item.kind === "scalar" && item.value === each) ?? []);
  if (read.length === items.length && items.length > 0) return read;
  reading.findings.add(node.at, {
    message: '"for" is no list of effects that need two persons',
    remedy: `Write \`for: [${CHANGES.join(", ")}]\`, or some of these.`,
  });
  return undefined;
}

function readKey(reading: Reading, fields: ApprovalFields): string | undefined {
  const node = fields.text("key");
  if (node === undefined || !holdsKey(node.value)) return node && reading.path(node.value);
  reading.findings.add(node.at, LITERAL_KEY);
  return undefined;
}
