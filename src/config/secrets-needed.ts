/** Which secrets whoever carries a run has to have, and where they are had from: names and places, never a secret. */
import type { Config, SecretReference } from "./config.js";

export interface SecretNeeded {
  readonly what: string;
  readonly from: string;
}

export function secretsNeeded({ cf, bosh, s3, logStores = [] }: Config): readonly SecretNeeded[] {
  const { gateway, clientSecret } = bosh;
  const login = "the session of the cf CLI (cf login), or CF_USERNAME and CF_PASSWORD";
  const chain = "the standard chain of AWS (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile)";
  return [
    cf.password === undefined ? { what: "a log-in to Cloud Foundry", from: login } : needed("cf.password", cf.password),
    clientSecret === undefined
      ? { what: "bosh.client_secret", from: "BOSH_CLIENT_SECRET" }
      : needed("bosh.client_secret", clientSecret),
    ...(gateway === undefined ? [] : gatewaySecrets(gateway)),
    s3.credentials === undefined
      ? { what: "credentials of the object store", from: chain }
      : needed("s3.credentials.secret_access_key", s3.credentials.secretAccessKey),
    ...(s3.source === undefined ? [] : [needed("s3.source.secret_access_key", s3.source.secretAccessKey)]),
    ...logStores.flatMap(({ section, login }) => {
      if (login === undefined) return [];
      return login.kind === "api-key"
        ? [needed(`${section}.api_key`, login.key)]
        : [needed(`${section}.password`, login.password)];
    }),
  ];
}

function gatewaySecrets(gateway: NonNullable<Config["bosh"]["gateway"]>): readonly SecretNeeded[] {
  const { privateKey, passphrase, password } = gateway;
  const given = Object.entries({ private_key: privateKey, passphrase, password }).flatMap(([name, reference]) =>
    reference === undefined ? [] : [needed(`bosh.gateway.${name}`, reference)],
  );
  const agent = { what: "a log-in to the gateway", from: "the SSH agent, or what it asks for on the terminal" };
  return given.length > 0 ? given : [agent];
}

function needed(what: string, reference: SecretReference): SecretNeeded {
  switch (reference.kind) {
    case "env":
      return { what, from: `the variable ${reference.name}` };
    case "file":
      return { what, from: `the file ${reference.path}` };
    case "command":
      return { what, from: `the program ${reference.argv[0]}` };
  }
}
