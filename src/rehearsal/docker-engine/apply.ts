/**
 * One call of the `docker` command on an engine: the state afterwards and the program's output. Pure. It knows exactly
 * the calls that our adapters send; any other is a stray, and fails the rehearsal.
 */
import { type Applied, fails, says } from "./answer.ts";
import { applyCompose } from "./compose.ts";
import { asked, placeOf } from "./database.ts";
import { createVolume, execCopy, removeVolume, runCopy } from "./database-copies.ts";
import { applyDumps } from "./dump-files.ts";
import { applyFiles, laidDown } from "./file-programs.ts";
import { applyCurl } from "./http-programs.ts";
import { remove, start, stop } from "./lifecycle.ts";
import { nodeOn, recorded, textOn, treeOn } from "./machine-files.ts";
import { containerJson, imageJson, infoOf, sizesJson, volumeJson } from "./render.ts";
import { answerScript } from "./scripts.ts";
import { digits, withImage } from "./seed.ts";
import { containerOf, type DockerEngineState, imageOf, type SimContainer } from "./state.ts";

export interface DockerCall {
  /** Default: `docker`. Other programs are those of the machine that the call is typed on. */
  readonly program?: string;
  /** The words behind it. */
  readonly words: readonly string[];
  /** One character for each byte. */
  readonly stdin: string;
  /** Milliseconds of the epoch. */
  readonly now: number;
  /** Where the program found the engine: `tcp://127.0.0.1:PORT`. */
  readonly endpoint: string;
}

type Handler = (state: DockerEngineState, rest: readonly string[], call: DockerCall) => Applied | undefined;

const AS_ROOT = "exec --user 0:0";

/** By the words that a call begins with, the longest first. */
const HANDLERS: readonly (readonly [string, Handler])[] = [
  ["info --format {{json .}}", (state) => says(state, `${JSON.stringify(infoOf(state))}\n`)],
  [
    "context inspect",
    (state, _rest, { endpoint }) => says(state, json([contextOf(state.isLocal ? SOCKET : endpoint)])),
  ],
  ["volume ls -q", (state) => says(state, lines(Object.keys(state.volumes).sort()))],
  ["volume inspect", (state, names) => inspect(state, names, VOLUMES)],
  ["ps -aq --no-trunc --filter", labelled],
  ["ps -aq --no-trunc", (state) => says(state, lines(newestFirst(state)))],
  ["inspect --type container", (state, names) => inspect(state, names, CONTAINERS)],
  ["image ls -q --no-trunc", (state) => says(state, lines(Object.keys(state.images)))],
  ["image inspect", (state, names) => inspect(state, names, IMAGES)],
  ["system df -v --format {{json .}}", (state) => says(state, `${JSON.stringify(sizesJson(state))}\n`)],
  ["diff", diff],
  ["volume create", (state, words, { now }) => createVolume(state, words, now)],
  ["volume rm", (state, words) => removeVolume(state, words)],
  ["import - dingo-recover/empty:1", importEmpty],
  ["run --rm --network none --log-driver none", runScript],
  ["run --network none", (state, words, { now }) => runCopy(state, words, now)],
  ["stop -t", (state, [, name = ""], { now }) => onOne(state, name, (one) => says(stop(state, one, now), `${name}\n`))],
  ["start", (state, [name = ""], { now }) => onOne(state, name, (one) => begin(state, one, now))],
  ["rm", (state, [name = ""]) => onOne(state, name, (one) => removal(state, one))],
  ["commit", (state, [name = "", tag = ""]) => onOne(state, name, (one) => commit(state, one, tag))],
  ["cp -a", (state, [from = "", to = ""]) => copyOut(state, from, to)],
  [
    "exec -i",
    (state, [name = "", ...argv], { stdin, now }) =>
      onOne(state, name, (one) => inside(state, one, { argv, stdin, now })),
  ],
  [
    AS_ROOT,
    (state, [name = ""]) => onOne(state, name, (one) => (one.status === "running" ? undefined : idle(state, one))),
  ],
  ["logs --tail", (state, [, name = ""]) => onOne(state, name, ({ log = "" }) => says(state, log))],
  ["compose", (state, words, { stdin, now }) => applyCompose(state, { generation: "v2", words, stdin, now })],
];

/** A running container is looked into by root for one reason: how much room is left beside it. */
export const isLookForRoom = (state: DockerEngineState, words: readonly string[]): boolean =>
  words.join(" ").startsWith(`${AS_ROOT} `) && containerOf(state, words[3] ?? "")?.status === "running";

const SOCKET = "unix:///var/run/docker.sock";

export function apply(state: DockerEngineState, call: DockerCall): Applied {
  const { program = "docker" } = call;
  if (program !== "docker")
    return (
      elsewhere(state, program, call) ??
      fails(
        stray(state, [program, ...call.words].join(" ")),
        `${program}: the rehearsal's ${program} is not called like this`,
        127,
      )
    );
  if ((state.downFor ?? 0) > 0) return down(state);
  return ofDocker(state, call);
}

/** The engine is being restarted. */
function down(state: DockerEngineState): Applied {
  const { downFor = 0, ...rest } = state;
  const next = downFor > 1 ? { ...rest, downFor: downFor - 1 } : rest;
  return fails(next, `Cannot connect to the Docker daemon at ${SOCKET}. Is the docker daemon running?`);
}

function elsewhere(state: DockerEngineState, program: string, call: DockerCall): Applied | undefined {
  const words = withoutEnv([program, ...call.words]);
  // The box has directories of root's alone: their reader is who calls.
  if (words[0] === "sh" && words[2]?.includes("\nreader() {") === true) {
    const [inner = "", ...rest] = words.slice(words.indexOf("--") + 1);
    return elsewhere(state, inner, { ...call, words: rest });
  }
  if (words[0] === "sh" && words[2] === 'cat | "$@"') {
    const [inner = "", ...rest] = words.slice(4);
    return elsewhere(state, inner, { ...call, words: rest });
  }
  // `config` asks no engine.
  if (words[0] === "docker" && words[1] === "compose")
    return applyCompose(state, { ...call, generation: "v2", words: words.slice(2) });
  if (words[0] === "curl") return applyCurl(state, { ...call, words: words.slice(1) });
  if (words[0] === "docker-compose") return applyCompose(state, { ...call, generation: "v1", words: words.slice(1) });
  const docker = (before: DockerEngineState, own: readonly string[], stdin: string): Applied =>
    apply(before, { ...call, program: "docker", words: own, stdin });
  const [, , script = "", , from = ""] = words;
  if (words[0] === "sh" && script.includes('docker cp -a "$from" -'))
    return docker(state, ["cp", "-a", from, words.at(-2) ?? ""], "");
  return applyDumps(state, { ...call, words }, docker) ?? applyFiles(state, { ...call, words });
}

/** The words behind `env` and its variables, which change nothing here. */
function withoutEnv(words: readonly string[]): readonly string[] {
  if (words[0] !== "env" || words[1] !== "LC_ALL=C") return words;
  const first = words.findIndex((word, at) => at > 1 && !/^COMPOSE_\w+=0$/.test(word));
  return words.slice(first);
}

function stray(state: DockerEngineState, line: string): DockerEngineState {
  const shown = line.length > 200 ? `${line.slice(0, 200)}…` : line;
  return { ...state, strays: [...state.strays, shown] };
}

function ofDocker(state: DockerEngineState, call: DockerCall): Applied {
  const line = call.words.join(" ");
  for (const [words, handler] of HANDLERS) {
    if (line !== words && !line.startsWith(`${words} `)) continue;
    const applied = handler(state, call.words.slice(words.split(" ").length), call);
    if (applied !== undefined) return applied;
  }
  return fails(stray(state, line), `docker: '${call.words[0] ?? ""}' is not a docker command.\nSee 'docker --help'`);
}

const lines = (all: readonly string[]): string => all.map((each) => `${each}\n`).join("");
const json = (value: unknown): string => `${JSON.stringify(value, null, 4)}\n`;

const contextOf = (endpoint: string): unknown => ({
  Name: "default",
  Metadata: {},
  Endpoints: { docker: { Host: endpoint, SkipTLSVerify: false } },
});

const newestFirst = ({ containers }: DockerEngineState): readonly string[] =>
  Object.values(containers)
    .sort((a, b) => b.createdAt - a.createdAt)
    .map(({ id }) => id);

interface Kind {
  readonly find: (state: DockerEngineState, name: string) => unknown;
  readonly absent: (name: string) => string;
}

const VOLUMES: Kind = {
  find: (state, name) => {
    const volume = state.volumes[name];
    return volume === undefined ? undefined : volumeJson(state, volume);
  },
  absent: (name) => `Error response from daemon: get ${name}: no such volume`,
};
const CONTAINERS: Kind = {
  find: (state, name) => {
    const container = containerOf(state, name);
    return container === undefined ? undefined : containerJson(state, container);
  },
  absent: (name) => `error: no such container: ${name}`,
};
const IMAGES: Kind = {
  find: (state, name) => {
    const image = imageOf(state, name);
    return image === undefined ? undefined : imageJson(image);
  },
  absent: (name) => `Error response from daemon: No such image: ${name}`,
};

/** Those that are there are shown even when others are not. */
function inspect(state: DockerEngineState, names: readonly string[], { find, absent }: Kind): Applied {
  const found = names.map((name) => find(state, name));
  const missing = names.filter((_, index) => found[index] === undefined);
  return {
    state,
    answer: {
      code: missing.length === 0 ? 0 : 1,
      stdout: json(found.filter((each) => each !== undefined)),
      stderr: lines(missing.map(absent)),
    },
  };
}

function onOne(
  state: DockerEngineState,
  name: string,
  work: (container: SimContainer) => Applied | undefined,
): Applied | undefined {
  const container = containerOf(state, name);
  if (container === undefined) return fails(state, `Error response from daemon: No such container: ${name}`);
  return work(container);
}

/** `--filter name=^/?NAME$ --filter label=KEY=VALUE`. */
function labelled(state: DockerEngineState, words: readonly string[]): Applied {
  const filters = words.filter((word) => word !== "--filter").map((word) => word.split(/=(.*)/s));
  const value = (key: string): string => filters.find(([each]) => each === key)?.[1] ?? "";
  const [key = "", wanted = ""] = value("label").split(/=(.*)/s);
  const name = new RegExp(value("name"));
  return says(
    state,
    lines(
      newestFirst(state).filter((id) => {
        const container = state.containers[id];
        return container !== undefined && name.test(container.name) && container.labels[key] === wanted;
      }),
    ),
  );
}

function begin(state: DockerEngineState, container: SimContainer, now: number): Applied {
  const done = start(state, container, now);
  if ("why" in done)
    return fails(state, `Error response from daemon: ${done.why}\nError: failed to start containers: ${container.id}`);
  return says(done.state, `${container.id}\n`);
}

function removal(state: DockerEngineState, container: SimContainer): Applied {
  if (container.status !== "running") return says(remove(state, container), `${container.id}\n`);
  const why = `You cannot remove a running container ${container.id}. Stop the container before attempting removal or force remove`;
  return fails(state, `Error response from daemon: ${why}`);
}

function commit(state: DockerEngineState, container: SimContainer, tag: string): Applied {
  const made = state.images[container.imageId];
  if (made === undefined) return fails(state, `Error response from daemon: No such image: ${container.imageId}`);
  const id = `sha256:${digits(`${container.id} ${tag}`)}`;
  const others = Object.entries(state.images).map(([each, image]) => [
    each,
    { ...image, tags: image.tags.filter((other) => other !== tag) },
  ]);
  const images = { ...(Object.fromEntries(others) as DockerEngineState["images"]) };
  const kept = { ...made, id, tags: [tag], env: [...made.env, ...container.env], layer: container.layer };
  return says(recorded({ ...state, images: { ...images, [id]: kept } }, `commit ${container.name} ${tag}`), `${id}\n`);
}

/** Of a volume as of a layer: the files that the container sees there. */
function copyOut(state: DockerEngineState, from: string, to: string): Applied {
  const [name = "", path = ""] = from.split(/:(.*)/s);
  return (
    onOne(state, name, (container) => {
      const tree = treeOn(state, placeOf(state, container, path));
      if (tree === undefined) return fails(state, `Error: No such container:path: ${from}`);
      return laidDown(state, tree, { to, what: `cp ${container.name}:${path} ${to}` });
    }) ?? says(state)
  );
}

function inside(
  state: DockerEngineState,
  container: SimContainer,
  order: { readonly argv: readonly string[]; readonly stdin: string; readonly now: number },
): Applied | undefined {
  if (container.status !== "running") return idle(state, container);
  const copied = execCopy(state, container, order);
  if (copied !== undefined) return copied;
  const [program, path = "", ...more] = order.argv;
  if (program === "cat" && more.length === 0) return textIn(state, container, path);
  const answer = asked(state, container, order);
  return answer === undefined ? undefined : { state, answer };
}

const idle = (state: DockerEngineState, { id }: SimContainer): Applied =>
  fails(state, `Error response from daemon: Container ${id} is not running`);

function textIn(state: DockerEngineState, container: SimContainer, path: string): Applied {
  const text = textOn(state, placeOf(state, container, path));
  return text === undefined ? fails(state, `cat: can't open '${path}': No such file or directory`) : says(state, text);
}

function diff(state: DockerEngineState, [name = ""]: readonly string[]): Applied {
  const container = containerOf(state, name);
  if (container === undefined) return fails(state, `Error response from daemon: No such container: ${name}`);
  return says(
    state,
    lines(
      Object.keys(container.layer.nodes)
        .sort()
        .map((path) => `A /${path}`),
    ),
  );
}

const PROGRAMS = new Set(["/usr", "/lib", "/lib64", "/bin", "/sbin"]);

function importEmpty(state: DockerEngineState): Applied {
  const made = withImage(state, { tag: "dingo-recover/empty:1", size: 0 });
  return says(made, `sha256:${digits("dingo-recover/empty:1")}\n`);
}

/** Of `docker run` only the calls that look into mounted directories; undefined for everything else. */
function runScript(state: DockerEngineState, rest: readonly string[]): Applied | undefined {
  const entry = rest.indexOf("--entrypoint");
  if (rest[entry + 1] !== "sh" || rest[entry + 3] !== "-c") return undefined;
  const image = imageOf(state, rest[entry + 2] ?? "");
  if (image === undefined) return fails(state, `Unable to find image '${rest[entry + 2] ?? ""}' locally`, 125);
  if (state.hasPrograms === false)
    return fails(
      state,
      'docker: Error response from daemon: exec: "sh": executable file not found in $PATH: unknown.',
      127,
    );
  const mounts = new Map(mountsIn(rest.slice(0, entry)));
  const gone = [...mounts.values()].find((source) => !PROGRAMS.has(source) && nodeOn(state, source) === undefined);
  if (gone !== undefined)
    return fails(
      state,
      `docker: Error response from daemon: invalid mount config for type "bind": bind source path does not exist: ${gone}.\nSee 'docker run --help'.`,
      125,
    );
  const [script = "", , ...words] = rest.slice(entry + 4);
  const said = answerScript(state, { script, words, real: (path) => mounts.get(path) ?? path });
  return said === undefined ? undefined : says(state, said);
}

/** `--mount type=bind,src=…,dst=…,readonly`, destination first. */
function mountsIn(words: readonly string[]): readonly (readonly [string, string])[] {
  return words.flatMap((word, index) => {
    if (words[index - 1] !== "--mount") return [];
    const fields = csv(word).map((field) => field.split(/=(.*)/s));
    const value = (name: string): string => fields.find(([key]) => key === name)?.[1] ?? "";
    return [[value("dst"), value("src")] as const];
  });
}

function csv(line: string): readonly string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/gs)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'),
  );
}
