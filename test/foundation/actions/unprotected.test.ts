import { describe, expect, it } from "vitest";
import { unprotected } from "../../../src/foundation/actions/platform/unprotected.ts";

describe("what is not protected on its way", () => {
  const [api, endpoint] = ["https://api.sys.example.org", "https://s3.example.org"];

  it("is nothing if TLS is spoken and every certificate is checked", () => {
    expect(unprotected({ api }, { endpoint })).toEqual([]);
  });

  it("is an API whose certificate nobody checks, and a store that is spoken to in the clear", () => {
    expect(unprotected({ api, certificateUnchecked: true }, { endpoint: "http://minio.example.org:9000" })).toEqual([
      "http://minio.example.org:9000 is spoken to without TLS",
      "the certificate of https://api.sys.example.org is not checked (skip_ssl_validation)",
    ]);
  });
});
