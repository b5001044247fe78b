/** Systems that are spoken to without TLS, or without a look at the certificate: somebody has said so, and a report names it. */
import type { CfIdentity } from "../../../ports/cloud-foundry.ts";
import type { StoreIdentity } from "../../../ports/object-store.ts";

export function unprotected(
  cf: Pick<CfIdentity, "api" | "certificateUnchecked">,
  store: Pick<StoreIdentity, "endpoint">,
): string[] {
  const clear = [cf.api, store.endpoint].filter((url) => url.startsWith("http:"));
  return [
    ...clear.map((url) => `${url} is spoken to without TLS`),
    ...(cf.certificateUnchecked === true ? [`the certificate of ${cf.api} is not checked (skip_ssl_validation)`] : []),
  ];
}
