/**
 * The arrows of the architecture: what may know what. Type-only imports count.
 * Root files of src/ (errors, action, secrets and the like) are the vocabulary that everybody shares.
 *
 *   node build/arrows.mjs
 */
import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const { bundled } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** @typedef {{ from: string, to: string, how: "static" | "type" | "dynamic" }} Arrow */
/** @typedef {{ from: string, to: string, fromBut?: string, but?: string, how?: Arrow["how"] }} Ends */

/** Folders of src/ as one pattern. */
const folders = (...names) => `^src/(?:${names.join("|")})/`;

/**
 * The one shape of rule here: files of `from` know none of `to`; `fromBut` and `but` are exceptions among them.
 *
 * @param {string} name @param {string} why @param {Ends} ends
 */
const never = (name, why, ends) => ({ name, why, ...ends });

export const RULES = [
  never("bundled-dependencies-only", "What an operator installs holds these packages with their own, and fetches none.", {
    from: "^src/",
    to: "^node_modules/",
    but: `^node_modules/(?:${bundled.join("|")})/`,
  }),
  never("product-knows-no-test", "Test code is not shipped.", { from: "^src/", to: "^(?:test|bench)/" }),
  never("vocabulary-stands-alone", "Everybody shares the root files, so whatever they knew everybody would know; action.ts alone names the ports.", {
    from: "^src/[^/]+\\.ts$",
    fromBut: "^src/(?:main|wiring|store-wiring|action)\\.ts$",
    to: "^src/[^/]+/",
  }),
  never("action-contract-names-ports-only", "The contract of users' own actions must not drag the engine into their files.", {
    from: "^src/action\\.ts$",
    to: "^src/[^/]+/",
    but: folders("ports"),
  }),
  never("ports-know-only-vocabulary", "A port says what the recovery needs; it must not know who asks or who answers.", {
    from: folders("ports"),
    to: "^src/[^/]+/",
    but: folders("ports"),
  }),
  never("yaml-knows-only-vocabulary", "Reading a document with places is the same for a runbook and a configuration.", {
    from: folders("yaml"),
    to: "^src/[^/]+/",
    but: folders("yaml"),
  }),
  never("explanation-knows-only-vocabulary", "What a code means is the same wherever it is met.", {
    from: folders("explanation"),
    to: "^src/[^/]+/",
    but: folders("explanation"),
  }),
  never("compose-is-pure", "What a Compose file says is the same for an audit, a runbook and a command, and is tested without any of them.", {
    from: folders("compose"),
    to: "^src/[^/]+/",
    but: folders("compose", "yaml"),
  }),
  never("trust-obeys-nothing", "What is to be trusted is read and shown: nothing here could run, load or send any of it.", {
    from: folders("trust"),
    to: "^src/[^/]+/",
    but: folders("trust", "config", "yaml", "journal"),
  }),
  never("page-knows-only-vocabulary", "The server hands out what it is given: it can read no run, and change nothing.", {
    from: folders("page"),
    to: "^src/[^/]+/",
    but: folders("page"),
  }),
  never("expression-knows-only-vocabulary", "Expressions are data over data: they must mean the same in lint, dry run and run.", {
    from: folders("expression"),
    to: "^src/[^/]+/",
    but: folders("expression"),
  }),
  never("runbook-is-pure", "A runbook is checked before anything runs, on a machine that may reach nothing.", {
    from: folders("runbook"),
    to: "^src/[^/]+/",
    but: folders("runbook", "expression", "yaml", "ports"),
  }),
  never("journal-knows-no-domain", "Journals stay readable for ever, also when actions and engine have changed.", {
    from: folders("journal"),
    to: "^src/[^/]+/",
    but: folders("journal", "ports"),
  }),
  never("lease-knows-the-journal-and-a-port", "Who may act is decided by what stands in the shared place, whatever the run is about.", {
    from: folders("lease"),
    to: "^src/[^/]+/",
    but: folders("lease", "journal", "ports"),
  }),
  never("archive-and-discovery-know-only-ports", "Judging archives and logs is used by actions and by commands alike, and is tested without either.", {
    from: folders("archive", "discovery"),
    to: "^src/[^/]+/",
    but: folders("archive", "discovery", "log-patterns", "ports"),
  }),
  never("log-patterns-know-only-vocabulary", "What a sentence means is the same whoever has read it.", {
    from: folders("log-patterns"),
    to: "^src/[^/]+/",
    but: folders("log-patterns"),
  }),
  never("archive-goes-one-way", "Names, then their packing, then what is read of them, then what is judged by it, then what is done with it.", {
    from: "^src/archive/(?:names|compression|tar|wal|reading|judgement)/",
    to: "^src/archive/(?:copy|picture|restore)/",
  }),
  never("archive-is-read-before-it-is-judged", "Whoever reads an archive must not know what it wants to hear.", {
    from: "^src/archive/(?:names|compression|tar|wal|reading)/",
    to: "^src/archive/judgement/",
  }),
  never("archive-names-and-packing-know-no-archive", "A name and a packed file mean the same wherever they lie.", {
    from: "^src/archive/(?:names|compression|tar|wal)/",
    to: "^src/archive/reading/",
  }),
  never("data-directory-knows-files", "What lies in a directory is told by its files alone, whoever asks, and wherever it lies.", {
    from: folders("data-directory"),
    to: "^src/[^/]+/",
    but: "^src/(?:data-directory|ports|archive/wal)/",
  }),
  never("docker-storage-is-judged-from-facts", "A judgement that could look again by itself could not be repeated on what was seen.", {
    from: folders("docker-storage"),
    to: "^src/[^/]+/",
    but: folders("docker-storage", "data-directory", "compose", "ports"),
  }),
  never("scan-knows-bytes", "The scanner is low-level code: it stays small and exchangeable as long as it knows needles and lines, and not what they mean.", {
    from: folders("scan"),
    to: "^src/[^/]+/",
    but: folders("scan", "ports"),
  }),
  never("engine-knows-no-domain", "The engine must be trusted by reading it: no Cloud Foundry, no adapter, no screen in it.", {
    from: folders("engine"),
    to: "^src/[^/]+/",
    but: folders("engine", "journal", "expression", "runbook", "ports"),
  }),
  never("actions-speak-to-ports", "An action that knew an adapter could not be rehearsed; one that knew the engine could change its own consent.", {
    from: folders("actions"),
    to: "^src/[^/]+/",
    but: folders("actions", "ports", "archive", "discovery", "log-patterns", "expression", "compose", "data-directory", "docker-storage"),
  }),
  never("doctor-looks-through-ports", "What doctor sees must be what a run will meet: the same ports, and the same questions to them.", {
    from: folders("doctor"),
    to: "^src/[^/]+/",
    but: "^src/(?:doctor|ports|runbook|actions/(?:backup|bosh|platform))/",
  }),
  never("adapters-know-no-policy", "An adapter translates; what to do with the answer is decided above it.", {
    from: folders("adapters"),
    to: "^src/[^/]+/",
    but: folders("adapters", "ports", "scan", "log-patterns"),
  }),
  never("rehearsal-is-another-world", "A stand-in that shared code with the adapters would agree with their mistakes.", {
    from: folders("rehearsal"),
    to: "^src/",
    but: "^src/(?:rehearsal/|(?:errors|own-files)\\.ts$)",
  }),
  never("ui-sees-events", "Renderers show what happened; one that could reach the engine could decide something.", {
    from: folders("ui"),
    to: "^src/[^/]+/",
    but: "^src/(?:ui/|ports/operator\\.ts$|ports/clock\\.ts$|engine/event\\.ts$|journal/entry\\.ts$)",
  }),
  never("report-is-a-function-of-the-journal", "A report must say the same years later, with nothing at hand but the journal.", {
    from: folders("report"),
    to: "^src/[^/]+/",
    but: "^src/(?:report/|journal/|standing/|ports/)",
  }),
  never("standing-knows-the-journal", "What was done is told from the journal alone: looking again would be another answer.", {
    from: folders("standing"),
    to: "^src/[^/]+/",
    but: folders("standing", "journal"),
  }),
  never("config-reads-only", "The configuration is a value; building adapters from it is the command line's task.", {
    from: folders("config"),
    to: "^src/[^/]+/",
    but: folders("config", "yaml", "ports"),
  }),
  never("nobody-knows-the-command-line", "The command line puts everything together; nothing points back up.", {
    from: "^src/",
    fromBut: "^src/(?:cli/|main\\.ts$)",
    to: "^src/(?:cli/|main\\.ts$)",
  }),
  never("wiring-is-called-by-the-command-line", "Only one place puts real adapters together; whoever else reached it could go around the ports.", {
    from: "^src/",
    fromBut: "^src/(?:cli/|wiring\\.ts$)",
    to: "^src/(?:store-)?wiring\\.ts$",
  }),
  never("aws-in-one-folder", "One guard refuses writes to archives; a second S3 client would go around it.", {
    from: "^src/",
    fromBut: "^src/adapters/s3/",
    to: "node_modules/@(?:aws-sdk|smithy)/",
  }),
  never("store-by-its-front-door", "Who opens a store gets it with the guard in it; who could open a connection could write without.", {
    from: "^src/",
    fromBut: "^src/adapters/s3/",
    to: "^src/adapters/s3/",
    but: "^src/adapters/s3/archive-store\\.ts$",
  }),
  never("guard-knows-no-connection", "What refuses must not be able to send.", {
    from: "^src/adapters/s3/guard/",
    to: "^src/",
    but: "^src/(?:adapters/s3/(?:guard/|failure\\.ts$)|ports/|[^/]+\\.ts$)",
  }),
  never("log-store-client-in-one-place", "One place refuses every call that could change a log store.", {
    from: "^src/",
    fromBut: "^src/adapters/elasticsearch/",
    to: "node_modules/@elastic/",
  }),
  never("log-store-client-on-demand", "The client takes a fifth of a second to load: who searches no log store must not wait for it.", {
    from: "^src/",
    to: "^src/adapters/elasticsearch/plain-client\\.ts$",
    how: "static",
  }),
  never("ssh-only-at-the-border", "Host keys are pinned in one place; the rehearsal's sshd is the other end of the wire.", {
    from: "^src/",
    fromBut: folders("adapters", "rehearsal"),
    to: "node_modules/ssh2/",
  }),
  never("processes-only-at-the-border", "Programs are started as argument arrays, with a clean environment, in one place.", {
    from: "^src/",
    fromBut: folders("adapters", "rehearsal", "cli"),
    to: "(?:node_modules/execa/|^(?:node:)?child_process$)",
  }),
  never("prompts-only-in-ui", "Background output must not destroy an open question, so only the screen asks.", {
    from: "^src/",
    fromBut: folders("ui"),
    to: "node_modules/(?:inquirer|@inquirer|listr2)/",
  }),
  never("cel-only-in-expression", "There is one border where numbers enter and leave CEL.", {
    from: "^src/",
    fromBut: folders("expression"),
    to: "node_modules/@marcbachmann/cel-js/",
  }),
  never("yaml-only-in-yaml", "YAML's traps are caught in one place; only Compose files, which are other people's, are read as they are.", {
    from: "^src/",
    fromBut: folders("yaml", "compose"),
    to: "node_modules/yaml/",
  }),
];

/** What no arrow tells: words that the files of some folders have not. `Date.now()` is found by oxlint. */
export const WORDS = [
  {
    name: "no-wall-clock",
    why: "Ask the clock port: a rehearsal runs it faster.",
    from: folders("yaml", "expression", "runbook", "archive", "compose", "discovery", "scan", "report", "engine", "actions"),
    word: /\bnew Date(?!\w|\([^)])/,
  },
  {
    name: "suppressions-say-why",
    why: "Whoever reads the line must see what makes it right: a rule is turned off with ` -- ` and a reason.",
    from: "^src/",
    word: /\b(?:ox|es)lint-disable(?!.* -- \w)/,
  },
];

const CIRCLE = {
  name: "no-circles",
  why: "Two files that need one another are one thought in two places, and neither can be read or tested alone.",
};

/** How an import is written, in files that biome has formatted. */
const FORMS = [
  { how: "type", form: /^(?:import type|export type(?= [{*]))[^";]*"([^"]+)"/gm },
  { how: "static", form: /^(?:import(?! type |[(.])|export(?= [{*]))[^";]*"([^"]+)"/gm },
  { how: "static", form: /\brequire\("([^"]+)"\)/g },
  { how: "dynamic", form: /\bimport\(\s*"([^"]+)",?\s*\)/g },
];

/**
 * What a file imports.
 *
 * @param {string} from @param {string} source
 * @returns {Arrow[]}
 */
export function arrowsOf(from, source) {
  return FORMS.flatMap(({ how, form }) =>
    [...source.matchAll(form)].map(([, specifier]) => ({ from, to: target(from, specifier), how })),
  );
}

/** @param {string} from @param {string} specifier */
function target(from, specifier) {
  if (specifier.startsWith(".")) return normalize(join(from, "..", specifier));
  return isBuiltin(specifier) ? specifier.replace(/^node:/, "") : `node_modules/${specifier}/`;
}

/**
 * What of these files no rule allows, one sentence each.
 *
 * @param {ReadonlyMap<string, string>} sources by path
 */
export function forbidden(sources) {
  const arrows = [...sources].flatMap(([path, source]) => arrowsOf(path, source));
  return [
    ...arrows.flatMap((arrow) =>
      RULES.filter((rule) => breaks(arrow, rule)).map((rule) => sentence(rule, `${arrow.from} -> ${arrow.to}`)),
    ),
    ...WORDS.flatMap((rule) =>
      [...sources]
        .filter(([path, source]) => matches(path, rule.from) && rule.word.test(source))
        .map(([path]) => sentence(rule, path)),
    ),
    ...circles(arrows).map((files) => sentence(CIRCLE, files.join(" -> "))),
  ];
}

const sentence = ({ name, why }, place) => `${place}: ${name}. ${why}`;

const matches = (path, pattern) => pattern !== undefined && new RegExp(pattern).test(path);

/** @param {Arrow} arrow @param {Ends} rule */
function breaks({ from, to, how }, rule) {
  if (rule.how !== undefined && rule.how !== how) return false;
  return matches(from, rule.from) && !matches(from, rule.fromBut) && matches(to, rule.to) && !matches(to, rule.but);
}

/**
 * One way around for each import that closes a circle.
 *
 * @param {readonly Arrow[]} arrows
 */
function circles(arrows) {
  const next = new Map(arrows.map(({ from }) => [from, []]));
  for (const { from, to } of arrows) next.get(from).push(to);
  const [found, seen, path] = [[], new Set(), []];
  const visit = (file) => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file]);
    if (seen.has(file)) return;
    seen.add(file);
    path.push(file);
    for (const each of next.get(file) ?? []) visit(each);
    path.pop();
  };
  for (const file of next.keys()) visit(file);
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const paths = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));
  const sources = paths.map((path) => [join("src", path), readFileSync(join(root, "src", path), "utf8")]);
  const found = forbidden(new Map(sources));
  for (const each of found) console.error(each);
  process.exitCode = found.length === 0 ? 0 : 1;
}
