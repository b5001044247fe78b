/**
 * The arrows of the architecture: which folder may know which. Type-only imports count.
 * The kit (secrets, text and the like) and the root files errors.ts and action.ts are the vocabulary that everybody shares.
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

/** The houses, lowest first: each may know those before it. The ports name values of the kit, and the kit's outer folders fill ports. */
const HOUSES = ["ports", "engine", "archive", "discovery", "docker", "foundation", "config", "report", "wiring", "cli"];

/** Folders of the kit that reach the world; all others are vocabulary, which everybody shares. */
const BORDER = "kit/(?:clock|network|shell|spawn|ssh)/";
const VOCABULARY = "kit/(?!(?:clock|network|shell|spawn|ssh|yaml|log-patterns)/)";
const ACTIONS = "[^/]+/actions/";
const ADAPTERS = "[^/]+/adapters/";

const HOUSE = "^src/[^/]+/";

/** Files whose path below src/ begins so. */
const below = (...parts) => `^src/(?:${parts.join("|")})`;

/** A house or folder may know these parts beside the vocabulary and the root files. */
const know = (...parts) => below(VOCABULARY, ...parts);

/**
 * The one shape of rule here: files of `from` know none of `to`; `fromBut` and `but` are exceptions among them.
 *
 * @param {string} name @param {string} why @param {Ends} ends
 */
const never = (name, why, ends) => ({ name, why, ...ends });

/** Houses above `house`, which it must not know. */
const housesAbove = HOUSES.slice(0, -1).map((house, at) =>
  never(`${house}-knows-no-house-above`, "A request goes down through the houses and does not climb back: the order stands in docs/architecture.md.", {
    from: below(`${house}/`),
    to: below(`(?:${HOUSES.slice(at + 1).join("|")})/`),
  }),
);

export const RULES = [
  never("bundled-dependencies-only", "An operator installs these packages with the program and fetches none.", {
    from: "^src/",
    to: "^node_modules/",
    but: `^node_modules/(?:${bundled.join("|")})/`,
  }),
  never("product-knows-no-test", "Test code is not shipped.", { from: "^src/", to: "^(?:test|bench)/" }),
  never("vocabulary-stands-alone", "Everybody shares the vocabulary, so everybody would know all that it knows.", {
    from: "^src/(?:kit/(?!(?:clock|network|shell|spawn|ssh|yaml|log-patterns)/)|errors\\.ts$)",
    to: HOUSE,
    but: know("ports/"),
  }),
  never("kit-knows-no-house", "The kit serves every house, so it can know none but the ports that it fills.", {
    from: below("kit/"),
    to: HOUSE,
    but: below("kit/", "ports/"),
  }),
  ...housesAbove,
  never("action-contract-names-ports-only", "The contract of users' own actions must not drag the engine into their files.", {
    from: "^src/action\\.ts$",
    to: HOUSE,
    but: below("ports/"),
  }),
  never("ports-know-only-vocabulary", "A port says what the recovery needs; it must not know who asks or who answers.", {
    from: below("ports/"),
    to: HOUSE,
    but: know("ports/"),
  }),
  never("yaml-knows-only-vocabulary", "Reading a document with places is the same for a runbook and a configuration.", {
    from: below("kit/yaml/"),
    to: HOUSE,
    but: know("kit/yaml/"),
  }),
  never("explanation-knows-only-vocabulary", "A code means the same wherever it is met.", {
    from: below("report/explanation/"),
    to: HOUSE,
    but: know("report/explanation/"),
  }),
  never("compose-is-pure", "A Compose file says the same to an audit, a runbook and a command, and is tested without any of them.", {
    from: below("docker/compose/"),
    to: HOUSE,
    but: know("docker/compose/", "docker/data-directory/systems\\.ts$", "kit/yaml/"),
  }),
  never("trust-obeys-nothing", "A file that waits for trust is read and shown: nothing here could run, load or send any of it.", {
    from: below("config/trust/"),
    to: HOUSE,
    but: know("config/trust/", "config/settings/", "kit/yaml/", "engine/journal/"),
  }),
  never("page-knows-only-vocabulary", "The server hands out the page that it is given: it can read no run, and change nothing.", {
    from: below("report/page/"),
    to: HOUSE,
    but: know("report/page/"),
  }),
  never("expression-knows-only-vocabulary", "Expressions are data over data: they must mean the same in lint, dry run and run.", {
    from: below("engine/expression/"),
    to: HOUSE,
    but: know("engine/expression/"),
  }),
  never("runbook-is-pure", "A runbook is checked before anything runs, on a machine that may reach nothing.", {
    from: below("engine/runbook/"),
    to: HOUSE,
    but: know("engine/runbook/", "engine/expression/", "kit/yaml/", "ports/"),
  }),
  never("journal-knows-no-domain", "Journals stay readable for ever, also when actions and engine have changed.", {
    from: below("engine/journal/"),
    to: HOUSE,
    but: know("engine/journal/", "ports/"),
  }),
  never("lease-knows-the-journal-and-a-port", "The shared place alone decides who may act, for every kind of run.", {
    from: below("engine/lease/"),
    to: HOUSE,
    but: know("engine/lease/", "engine/journal/", "ports/"),
  }),
  never("engine-knows-no-domain", "The engine must be trusted by reading it: no Cloud Foundry, no adapter, no screen in it.", {
    from: below("engine/(?:state|steps|run)/"),
    to: HOUSE,
    but: know("engine/(?!lease/)", "ports/"),
  }),
  never("engine-goes-one-way", "Steps read the state, and the loops carry the steps: the state knows neither.", {
    from: below("engine/state/"),
    to: below("engine/(?:steps|run)/"),
  }),
  never("steps-know-no-loop", "The loops carry the steps, and a step does not know which loop carries it.", {
    from: below("engine/steps/"),
    to: below("engine/run/"),
  }),
  never("archive-and-discovery-know-only-ports", "Judging archives and logs is used by actions and by commands alike, and is tested without either.", {
    from: below("(?:archive|discovery)/(?!actions/|adapters/|inventory/)"),
    to: HOUSE,
    but: know("(?:archive|discovery)/(?!actions/|adapters/|inventory/)", "kit/log-patterns/", "ports/"),
  }),
  never("log-patterns-know-only-vocabulary", "A sentence in a log means the same to all who read it.", {
    from: below("kit/log-patterns/"),
    to: HOUSE,
    but: know("kit/log-patterns/"),
  }),
  never("archive-goes-one-way", "Names, then their packing, then reading, then judgement, then what is done with the archive.", {
    from: below("archive/(?:names|compression|tar|wal|reading|judgement)/"),
    to: below("archive/(?:copy|picture|restore)/"),
  }),
  never("archive-is-read-before-it-is-judged", "A reader of an archive must not know what it wants to hear.", {
    from: below("archive/(?:names|compression|tar|wal|reading)/"),
    to: below("archive/judgement/"),
  }),
  never("archive-names-and-packing-know-no-archive", "A name and a packed file mean the same in every place.", {
    from: below("archive/(?:names|compression|tar|wal)/"),
    to: below("archive/reading/"),
  }),
  never("data-directory-knows-files", "The files of a directory alone tell what lies in it, to everybody and in every place.", {
    from: below("docker/data-directory/"),
    to: HOUSE,
    but: know("docker/data-directory/", "ports/", "archive/wal/"),
  }),
  never("docker-storage-is-judged-from-facts", "A judgement that could look again by itself could not be repeated on the same facts.", {
    from: below("docker/audit/"),
    to: HOUSE,
    but: know("docker/(?:audit|data-directory|compose)/", "ports/"),
  }),
  never("scan-knows-bytes", "The scanner is low-level code: it stays small and exchangeable while it knows needles and lines, not their meaning.", {
    from: below("discovery/scan/"),
    to: HOUSE,
    but: know("discovery/scan/", "ports/"),
  }),
  never("actions-speak-to-ports", "An action that knew an adapter could not be rehearsed; one that knew the engine could change its own consent.", {
    from: below(ACTIONS),
    to: HOUSE,
    but: know("(?:archive|docker)/(?!adapters/)", "discovery/(?!adapters/|scan/)", "foundation/actions/", "kit/log-patterns/", "engine/expression/", "ports/"),
  }),
  never("doctor-looks-through-ports", "What doctor sees must be what a run will meet: the same ports, and the same questions to them.", {
    from: below("config/doctor/"),
    to: HOUSE,
    but: know("config/doctor/", "ports/", "engine/runbook/", "archive/actions/backup/", "foundation/actions/(?:bosh|platform)/"),
  }),
  never("adapters-know-no-policy", "An adapter translates; what to do with the answer is decided above it.", {
    from: below(BORDER, ADAPTERS),
    to: HOUSE,
    but: know(BORDER, ADAPTERS, "ports/", "discovery/scan/", "kit/log-patterns/", "archive/names/archive-marks\\.ts$"),
  }),
  never("rehearsal-is-another-world", "A stand-in that shared code with the adapters would agree with their mistakes.", {
    from: below("rehearsal/"),
    to: "^src/",
    but: below("rehearsal/", "errors\\.ts$", "kit/process/own-files\\.ts$"),
  }),
  never("screen-sees-events", "Renderers show what happened; one that could reach the engine could decide something.", {
    from: below("cli/screen/"),
    to: HOUSE,
    but: know("cli/screen/", "ports/(?:operator|clock)\\.ts$", "engine/state/event\\.ts$", "engine/journal/entry\\.ts$"),
  }),
  never("cli-goes-one-way", "The start reads the words, a command answers them, a session carries a run: none knows who called it.", {
    from: below("cli/(?:screen|options|process|runs|session)/"),
    to: below("cli/(?:commands|start)/"),
  }),
  never("report-is-a-function-of-the-journal", "A report must say the same years later, with nothing at hand but the journal.", {
    from: below("report/(?!explanation/|page/)"),
    to: HOUSE,
    but: know("report/(?!explanation/|page/)", "engine/journal/", "ports/", "archive/loss\\.ts$"),
  }),
  never("standing-knows-the-journal", "The journal alone tells how a run stands: looking again would be another answer.", {
    from: below("report/standing/"),
    to: HOUSE,
    but: know("report/standing/", "engine/journal/"),
  }),
  never("config-reads-only", "The configuration is a value; building adapters from it is the wiring's task.", {
    from: below("config/settings/"),
    to: HOUSE,
    but: know("config/settings/", "kit/yaml/", "ports/", "archive/names/archive-marks\\.ts$"),
  }),
  never("nobody-knows-the-command-line", "The command line puts everything together; nothing points back up.", {
    from: "^src/",
    fromBut: "^src/(?:cli/|main\\.ts$)",
    to: "^src/(?:cli/|main\\.ts$)",
  }),
  never("wiring-is-called-by-the-command-line", "One place puts real adapters together; anybody else who reached it could go around the ports.", {
    from: "^src/",
    fromBut: below("cli/", "wiring/"),
    to: below("wiring/"),
  }),
  never("aws-in-one-folder", "One guard refuses writes to archives; a second S3 client would go around it.", {
    from: "^src/",
    fromBut: below("archive/adapters/s3/"),
    to: "node_modules/@(?:aws-sdk|smithy)/",
  }),
  never("store-by-its-front-door", "A store that is opened here has the guard in it; a bare connection could write without.", {
    from: "^src/",
    fromBut: below("archive/adapters/s3/"),
    to: below("archive/adapters/s3/"),
    but: below("archive/adapters/s3/archive-store\\.ts$"),
  }),
  never("guard-knows-no-connection", "A guard that could send could also let something through.", {
    from: below("archive/adapters/s3/guard/"),
    to: "^src/",
    but: know("archive/adapters/s3/(?:guard/|failure\\.ts$)", "archive/names/archive-marks\\.ts$", "ports/", "errors\\.ts$"),
  }),
  never("log-store-client-in-one-place", "One place refuses every call that could change a log store.", {
    from: "^src/",
    fromBut: below("discovery/adapters/elasticsearch/"),
    to: "node_modules/@elastic/",
  }),
  never("log-store-client-on-demand", "The client takes a fifth of a second to load: a command that searches no log store must not wait for it.", {
    from: "^src/",
    to: below("discovery/adapters/elasticsearch/plain-client\\.ts$"),
    how: "static",
  }),
  never("ssh-only-at-the-border", "Host keys are pinned in one place; the rehearsal's sshd is the other end of the wire.", {
    from: "^src/",
    fromBut: below(BORDER, ADAPTERS, "rehearsal/"),
    to: "node_modules/ssh2/",
  }),
  never("processes-only-at-the-border", "Programs are started as argument arrays, with a clean environment, and only where the world is reached.", {
    from: "^src/",
    fromBut: below(BORDER, ADAPTERS, "rehearsal/"),
    to: "(?:node_modules/execa/|^(?:node:)?child_process$)",
  }),
  never("prompts-only-on-the-screen", "Background output must not destroy an open question, so only the screen asks.", {
    from: "^src/",
    fromBut: below("cli/screen/"),
    to: "node_modules/(?:inquirer|@inquirer|listr2)/",
  }),
  never("cel-only-in-expression", "There is one border where numbers enter and leave CEL.", {
    from: "^src/",
    fromBut: below("engine/expression/"),
    to: "node_modules/@marcbachmann/cel-js/",
  }),
  never("yaml-only-in-yaml", "YAML's traps are caught in one place; only Compose files, which are other people's, are read as they are.", {
    from: "^src/",
    fromBut: below("kit/yaml/", "docker/compose/", "rehearsal/docker-engine/"),
    to: "node_modules/yaml/",
  }),
];

/** Words that files of some folders must not have; no arrow tells them. oxlint finds `Date.now()`. */
export const WORDS = [
  {
    name: "no-wall-clock",
    why: "Ask the clock port: a rehearsal runs it faster.",
    from: below(
      "kit/yaml/",
      "engine/(?:expression|runbook|state|steps|run)/",
      "(?:archive|discovery)/(?!adapters/|inventory/)",
      "docker/compose/",
      "report/(?!page/)",
      ACTIONS,
    ),
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
 * The arrows that begin at a file.
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
 * One sentence for each arrow or word that breaks a rule.
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
