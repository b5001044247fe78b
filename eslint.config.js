import tseslint from "typescript-eslint";

/** Nothing but these prints (DESIGN §3, UI). Stand-in programs of the rehearsal write to the streams they were given. */
const PRINTS = ["src/ui/**", "src/cli/**", "src/main.ts", "src/bin.cts"];

/** Pure folders: what they say may depend on nothing but their arguments. */
const PURE = ["src/yaml/**", "src/expression/**", "src/runbook/**", "src/archive/**", "src/compose/**", "src/discovery/**", "src/scan/**", "src/report/**", "src/engine/**", "src/actions/**"];

const NO_DEFAULT_EXPORT = {
  selector: "ExportDefaultDeclaration",
  message: "Export by name: one word per concept, the same in every file.",
};
const NO_WALL_CLOCK = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "Ask the clock port: a rehearsal runs it faster." },
  { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: "Ask the clock port: a rehearsal runs it faster." },
];

export default tseslint.config(
  { ignores: ["dist/**", "bundle/**", "release/**", "coverage/**", "node_modules/**", "fixtures/**", "test/rig/**/build/**", "**/*.cjs", "**/*.mjs", "eslint.config.js"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-console": "error",
      eqeqeq: "error",
      "max-lines": ["error", { max: 450 }],
      "@typescript-eslint/max-params": ["error", { max: 3 }],
      "no-restricted-syntax": ["error", NO_DEFAULT_EXPORT],
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/ban-ts-comment": ["error", { "ts-ignore": true, "ts-nocheck": true, "ts-expect-error": "allow-with-description" }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false }],
      // Numbers and booleans in a sentence are what they look like.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      // `return log(x)` in an arrow says "and nothing else happens"; there is no confusion to guard against.
      "@typescript-eslint/no-confusing-void-expression": "off",
      // A method of a port is asynchronous even where one implementation has nothing to wait for.
      "@typescript-eslint/require-await": "off",
      // Worlds and scopes are records by key, and JSON has no Map.
      "@typescript-eslint/no-dynamic-delete": "off",
      // TypeScript checks both of these itself.
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true }],
    },
  },
  { files: PURE, rules: { "no-restricted-syntax": ["error", NO_DEFAULT_EXPORT, ...NO_WALL_CLOCK] } },
  {
    files: ["src/**"],
    ignores: [...PRINTS, "src/rehearsal/**"],
    rules: {
      "no-restricted-properties": [
        "error",
        { object: "process", property: "stdout", message: "Only the UI prints: emit an event." },
        { object: "process", property: "stderr", message: "Only the UI prints: emit an event." },
        { object: "process", property: "exit", message: "Throw a RecoverError: its code becomes the exit code in main.ts." },
      ],
    },
  },
  // CommonJS on purpose: it must parse on the oldest Node to say that it is too old.
  { files: ["**/*.cts"], rules: { "@typescript-eslint/no-require-imports": "off" } },
  { files: PRINTS, rules: { "no-console": "off" } },
  {
    files: ["test/**", "bench/**", "*.config.ts"],
    rules: {
      "no-console": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/max-params": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-return": "off",
    },
  },
  {
    files: ["test/**"],
    ignores: ["test/properties.ts"],
    rules: {
      "no-restricted-imports": ["error", { name: "fast-check", message: "From test/properties.ts it has one seed: the same inputs each time." }],
    },
  },
  { files: ["*.config.ts"], rules: { "no-restricted-syntax": "off" } },
);
