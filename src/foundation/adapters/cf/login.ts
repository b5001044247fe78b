/** How the cf CLI logs in. Secrets reach it through its environment or its own file, never by argv (cf-bosh.md §1.4). */
export type CfLogin =
  | { readonly kind: "password"; readonly username: string; readonly password: string; readonly origin?: string }
  | { readonly kind: "client"; readonly id: string; readonly secret: string }
  /** A copy of the operator's session: the path of `~/.cf/config.json`. */
  | { readonly kind: "session"; readonly configFile: string };
