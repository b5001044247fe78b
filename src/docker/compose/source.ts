/** How the files of a project are got at. */

/** "absent" only if the reader can tell so. */
export type FileAnswer =
  | { readonly state: "text"; readonly text: string }
  | { readonly state: "absent" }
  | { readonly state: "unreadable"; readonly why: string };

export type ReadFile = (path: string) => Promise<FileAnswer>;

/** A Compose file that was read. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** Why it was read. */
  readonly as: "named" | "included" | "extended";
}
