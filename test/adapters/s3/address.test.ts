import * as sdk from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { addressAt, addressBySdk } from "../../../src/adapters/s3/address.js";

const client = (settings: sdk.S3ClientConfig) =>
  new sdk.S3Client({ credentials: { accessKeyId: "A", secretAccessKey: "B" }, ...settings });

describe("the address of a bucket", () => {
  it("is the path of an endpoint of one's own", () => {
    expect(addressAt("http://127.0.0.1:9000", "our-bucket")).toEqual({
      secure: false,
      host: "127.0.0.1",
      port: 9000,
      base: "/our-bucket",
    });
    expect(addressAt("https://s3.example.com/store/", "our.bucket")).toEqual({
      secure: true,
      host: "s3.example.com",
      port: 443,
      base: "/store/our.bucket",
    });
    expect(addressAt("http://[::1]:9000", "b-b")).toMatchObject({ host: "::1", port: 9000 });
  });

  it.each<[string, sdk.S3ClientConfig, string, string, string]>([
    ["by its name", { region: "eu-west-1" }, "our-bucket", "our-bucket.s3.eu-west-1.amazonaws.com", ""],
    [
      "in the path where its name has dots",
      { region: "eu-west-1" },
      "our.bucket",
      "s3.eu-west-1.amazonaws.com",
      "/our.bucket",
    ],
    ["in China", { region: "cn-north-1" }, "our-bucket", "our-bucket.s3.cn-north-1.amazonaws.com.cn", ""],
    [
      "by dual stack and FIPS",
      { region: "us-east-2", useDualstackEndpoint: true, useFipsEndpoint: true },
      "our-bucket",
      "our-bucket.s3-fips.dualstack.us-east-2.amazonaws.com",
      "",
    ],
  ])("at AWS is %s, as the SDK says", async (_, settings, bucket, host, base) => {
    expect(await addressBySdk(client(settings), sdk, bucket)).toEqual({ secure: true, host, port: 443, base });
  });
});
